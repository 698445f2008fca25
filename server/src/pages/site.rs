//! WASM, scripts, styles, icons: inside the binary, or (without the feature `embed-site`) in `target/site/pkg`. Each
//! release has a path of its own, made of what the files hold, so browsers keep them for ever and never a stale one.

use std::{borrow::Cow, collections::BTreeSet};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::prelude::LeptosOptions;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "../target/site/pkg"]
#[allow_missing = true]
struct Files;

/// The static files.
pub struct Site {
    /// Where the pages look for them, without a slash at the end.
    pub base: String,
    is_watched: bool,
}

impl Site {
    /// Looks at the files once.
    ///
    /// # Errors
    /// A sentence for the operator when they are not there.
    pub fn load() -> Result<Self, String> {
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

    /// How pages come anew by themselves while somebody works on them.
    pub fn reload(&self) -> Option<LeptosOptions> {
        self.is_watched.then(super::reload_options)
    }
}

/// The best encoding that was made beforehand and that the browser takes.
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
    // What is inside the binary is sent from there: whoever reads slowly costs no copy.
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
