//! Cuts what is loaded on demand out of the page's WASM, at the functions that `wasm_split` marks.

use std::{
    fs,
    hash::{DefaultHasher, Hasher},
    path::{Path, PathBuf},
};

use wasm_split_cli_support::{Options, transform};

/// The script that loads the chunks.
const LOADER: &str = "chunks.js";
/// How the chunks are named by the library.
const CHUNK_PREFIXES: [&str; 2] = ["split_", "chunk_"];
/// Time limit of one chunk, in milliseconds. A request that hangs would leave the reader without an answer.
const TIMEOUT_MS: u32 = 20_000;

/// Splits `input`; returns the path of the part that comes first, which `wasm-bindgen` goes on with. The chunks and their
/// loader are written into `folder`.
///
/// A chunk fits the main part of the same build only: another one would jump to other functions. So the chunks are named by
/// the content of `input`, and the server of another release answers "not found".
///
/// # Errors
/// A sentence for the operator.
pub fn split(input: &Path, folder: &Path, name: &str) -> Result<PathBuf, String> {
    let wasm = fs::read(input).map_err(|error| error.to_string())?;
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    remove_old_chunks(folder)?;
    let main = input.with_extension("main.wasm");
    let (main_module, link_name) = (format!("./{name}.js"), format!("./{LOADER}"));
    let mut options = Options::new(&wasm);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.main_module = &main_module;
    options.link_name = &link_name;
    let chunks = transform(options).map_err(|error| format!("{error:#}"))?.split_modules;

    let mut hash = DefaultHasher::new();
    hash.write(&wasm);
    let hash = format!("{:016x}", hash.finish());
    let loader = folder.join(LOADER);
    let mut script = fs::read_to_string(&loader).map_err(|error| error.to_string())?;
    for chunk in chunks {
        let old = chunk.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let new = format!("{}.{hash}.wasm", old.trim_end_matches(".wasm"));
        let fetched = format!("fetch(new URL(\"./{old}\", import.meta.url))");
        if !script.contains(&fetched) {
            return Err(format!("{LOADER} does not load {old} as expected"));
        }
        let within =
            format!("fetch(new URL(\"./{new}\", import.meta.url), {{ signal: AbortSignal.timeout({TIMEOUT_MS}) }})");
        script = script.replace(&fetched, &within);
        fs::rename(&chunk, folder.join(new)).map_err(|error| error.to_string())?;
    }
    fs::write(loader, script).map_err(|error| error.to_string())?;
    Ok(main)
}

/// Removes the chunks of earlier builds.
fn remove_old_chunks(folder: &Path) -> Result<(), String> {
    for entry in fs::read_dir(folder).map_err(|error| error.to_string())? {
        let entry = entry.map_err(|error| error.to_string())?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".wasm") && CHUNK_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
            fs::remove_file(entry.path()).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}
