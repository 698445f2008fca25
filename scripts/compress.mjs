// Writes a brotli (.br) and a gzip (.gz) file beside each file of a folder that gets smaller by it, so that the server
// never compresses while it serves.
//
//   node scripts/compress.mjs FOLDER

import { existsSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const COMPRESSIBLE = /\.(wasm|js|css|svg|webmanifest|json|txt|html|ico)$/;

/** As small as brotli makes it. */
export function brotli(bytes) {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}

/** As small as gzip makes it. */
export function gzip(bytes) {
  return gzipSync(bytes, { level: 9 });
}

/** Compresses every file of the folder whose compressed files are missing or of another time than itself. */
export function compressFolder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !COMPRESSIBLE.test(entry.name)) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const { mtime, mtimeMs } = statSync(path);
    for (const [suffix, compress] of [[".br", brotli], [".gz", gzip]]) {
      const output = path + suffix;
      if (existsSync(output) && Math.abs(statSync(output).mtimeMs - mtimeMs) < 2) continue;
      const bytes = readFileSync(path);
      const packed = compress(bytes);
      rmSync(output, { force: true });
      if (packed.length >= bytes.length) continue;
      writeFileSync(output, packed);
      utimesSync(output, mtime, mtime);
    }
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder] = process.argv.slice(2);
  if (!folder) throw new Error("usage: node scripts/compress.mjs FOLDER");
  compressFolder(folder);
}
