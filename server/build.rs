//! With the site inside the binary, a file that is new in the site is a reason to build again.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_EMBED_SITE").is_some() {
        println!("cargo:rerun-if-changed=../target/site/pkg");
    }
}
