//! The `wasm-bindgen` command, as far as this project and cargo-leptos need it. It also cuts what is loaded on demand out of
//! the page, see `split`; cargo-leptos need not know.
//!
//! The real one takes longer to build and has to be kept at the version of the library by hand. This one is built
//! from the library that the lock file names.

mod split;

use std::{env, ffi::OsString, path::PathBuf, process::ExitCode};
use wasm_bindgen_cli_support::Bindgen;

const USAGE: &str =
    "usage: wasm-bindgen --target=web --out-name=NAME --out-dir=DIR [--debug] [--keep-debug] INPUT.wasm | --version";

fn main() -> ExitCode {
    match run(env::args_os().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("wasm-bindgen: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Reads the arguments and writes `NAME_bg.wasm`, `NAME.js`, the chunks and their loader into the output folder.
fn run(args: impl Iterator<Item = OsString>) -> Result<(), String> {
    let (mut name, mut folder, mut input) = (None, None, None);
    let (mut debug, mut keep_debug) = (false, false);
    for arg in args {
        let text = arg.to_string_lossy();
        match text.split_once('=').unwrap_or((&text, "")) {
            ("--version", "") => {
                println!("wasm-bindgen {}", env!("CARGO_PKG_VERSION"));
                return Ok(());
            }
            ("--target", "web") => {}
            ("--target", other) => return Err(format!("the only target is web, not {other:?}\n{USAGE}")),
            ("--out-name", value) if !value.is_empty() => name = Some(value.to_owned()),
            ("--out-dir", value) if !value.is_empty() => folder = Some(PathBuf::from(value)),
            ("--debug", "") => debug = true,
            ("--keep-debug", "") => keep_debug = true,
            (option, _) if option.starts_with('-') => return Err(format!("unknown argument {text:?}\n{USAGE}")),
            _ if input.is_some() => return Err(format!("a second input, {text:?}\n{USAGE}")),
            _ => input = Some(PathBuf::from(&arg)),
        }
    }
    let missing = |what: &str| format!("{what} is missing\n{USAGE}");
    let name = name.ok_or_else(|| missing("--out-name"))?;
    let folder = folder.ok_or_else(|| missing("--out-dir"))?;
    let input = input.ok_or_else(|| missing("the input"))?;

    let failed = |error: String| format!("{}: {error}", input.display());
    let main = split::split(&input, &folder, &name).map_err(failed)?;
    let mut bindgen = Bindgen::new();
    // The chunks find the main part's functions by their names and places.
    bindgen.keep_lld_exports(true).demangle(false);
    bindgen.input_path(&main).out_name(&name).typescript(false).debug(debug).keep_debug(keep_debug);
    let written = bindgen.web(true).and_then(|bindgen| bindgen.generate(&folder));
    written.map_err(|error| failed(format!("{error:#}")))
}
