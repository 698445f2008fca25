//! With the site inside the binary, a file that is new in the site is a reason to build again.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // A development build reads the site from this folder. If it is missing when the server is compiled, the server never finds a
    // file in it. An error here is one of the compiler later.
    let _ = std::fs::create_dir_all("../target/site/pkg");
    if std::env::var_os("CARGO_FEATURE_EMBED_SITE").is_some() {
        println!("cargo:rerun-if-changed=../target/site/pkg");
    }
}
