//! WASM, scripts, styles and icons: inside the binary, or (without the feature `embed-site`) in `target/site/pkg`. Their path
//! contains a hash of their content, so that browsers may cache them forever.

use std::{borrow::Cow, collections::BTreeSet};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::prelude::LeptosOptions;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::error::OperatorError;

#[derive(RustEmbed)]
#[folder = "../target/site/pkg"]
#[allow_missing = true]
struct Files;

/// The static files.
pub struct Site {
    /// Path of the files, without a slash at the end.
    pub(super) base: String,
    is_watched: bool,
}

impl Site {
    /// Hashes the files.
    ///
    /// # Errors
    /// When they are missing.
    pub fn load() -> Result<Self, OperatorError> {
        let is_watched = std::env::var_os("LEPTOS_WATCH").is_some();
        let names: BTreeSet<Cow<'static, str>> = Files::iter().collect();
        if !names.contains("jimmy.wasm") && !is_watched {
            return Err(
                "the site's files are missing; `make site` builds them, `make release` puts them into the binary"
                    .into(),
            );
        }
        let mut hash = Sha256::new();
        for name in &names {
            hash.update(name.as_bytes());
            hash.update(Files::get(name).map(|file| file.metadata.sha256_hash()).unwrap_or_default());
        }
        let name: String = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let base = if is_watched { "/pkg".into() } else { format!("/pkg/{name}") };
        Ok(Self { base, is_watched })
    }

    /// Returns how pages reload after a change, when the server runs under `cargo leptos watch`.
    pub(super) fn reload(&self) -> Option<LeptosOptions> {
        let options =
            || LeptosOptions::builder().output_name("jimmy").site_pkg_dir("pkg").reload_port(3001_u32).build();
        self.is_watched.then(options)
    }
}

/// Returns a file, in the best precompressed encoding that the browser accepts.
pub(super) fn send(name: &str, headers: &HeaderMap, cache: &'static str) -> Response {
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |encoding: &str| {
        accepts.split(',').any(|item| item.split(';').next().is_some_and(|item| item.trim() == encoding))
    };
    let encoded = [("br", ".br"), ("gzip", ".gz")].into_iter().filter(|(encoding, _)| takes(encoding));
    let found = encoded
        .filter_map(|(encoding, ending)| Some((Some(encoding), Files::get(&format!("{name}{ending}"))?)))
        .next()
        .or_else(|| Some((None, Files::get(name)?)));
    let Some((encoding, file)) = found else { return StatusCode::NOT_FOUND.into_response() };
    // Embedded files are sent without a copy.
    let body = match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let mut response = body.into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(name)));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("wasm") => "application/wasm",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
