//! The document around a page, as the server sends it.

use axum::http::{HeaderValue, header};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;

use crate::{
    App,
    boot::{Boot, PageBoot, Theme},
    store::title,
    ui::words::{Words, server::ServerWords},
};

/// The whole document. `reload` is set during development: the page reloads itself after a change.
pub fn shell(reload: Option<LeptosOptions>) -> impl IntoView {
    let boot = expect_context::<Boot>();
    let nonce = use_nonce();
    set_policy(nonce.as_ref().map(ToString::to_string).unwrap_or_default(), reload.is_some());
    let data = boot.member.is_some().then(|| serde_json::to_string(&boot).unwrap_or_default());
    let file = {
        let assets = boot.assets.clone();
        move |name: &str| format!("{assets}/{name}")
    };
    let theme = (boot.theme != Theme::System).then(|| boot.theme.word());
    let is_hydrated = boot.member.is_some();
    let (words, own) = (Words::of(boot.language), ServerWords::of(boot.language));
    view! {
        <!DOCTYPE html>
        <html lang=boot.language.tag() data-theme=theme>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f4f0e9"/>
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#13110e"/>
                <title inner_html=escaped(&document_title(&boot))></title>
                <link rel="icon" href=file("favicon.svg") type="image/svg+xml"/>
                <link rel="manifest" href=file("manifest.webmanifest")/>
                <link rel="stylesheet" href=file("jimmy.css")/>
                {match is_hydrated {
                    true => view! {
                        <link rel="modulepreload" href=file("jimmy.js")/>
                        <link rel="modulepreload" href=file("chunks.js")/>
                        <link rel="preload" href=file("jimmy.wasm") r#as="fetch" type="application/wasm" crossorigin="anonymous"/>
                        <script type="module" src=file("start.js")></script>
                    }.into_any(),
                    false => view! { <script type="module" src=file("login.js")></script> }.into_any(),
                }}
                {is_hydrated.then(|| view! {
                    <template id="emoji-words" data-name=words.emoji data-find=own.find_emoji data-recent=own.recent data-none=own.no_emoji></template>
                })}
                {is_hydrated.then(|| view! {
                    <template id="start-words" data-failed=own.not_alive data-reload=words.refresh></template>
                })}
                {data.map(|data| view! { <template id="boot">{data}</template> })}
                {reload.map(|options| view! { <AutoReload options/> })}
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

fn document_title(boot: &Boot) -> String {
    let words = Words::of(boot.language);
    let server_words = ServerWords::of(boot.language);
    let page = match &boot.page {
        PageBoot::Conversation(page) => format!("#{}", title(&page.channel, words)),
        PageBoot::Channels(_) => words.browse_channels.to_owned(),
        PageBoot::NewChannel(_) => words.create_channel.to_owned(),
        PageBoot::Settings => words.settings.to_owned(),
        PageBoot::NotFound => words.not_found_title.to_owned(),
        PageBoot::Unavailable => words.unavailable_title.to_owned(),
        PageBoot::Login(_) if boot.here.starts_with("/sign-up") => server_words.sign_up.to_owned(),
        PageBoot::Login(_) => words.log_in.to_owned(),
        PageBoot::SetUp(_) => server_words.set_up_title.to_owned(),
    };
    format!("{page} · {}", boot.workspace)
}

/// Escapes a title. As a child element it would get the marker that hydration adds to every text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Sets the content security policy: only files of this server are loaded, and the nonce admits the inline start script of the
/// framework. During development the reload script may run and open its socket, too.
fn set_policy(nonce: String, is_watched: bool) {
    let strict = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'nonce-{nonce}'; style-src 'self'; connect-src 'self'; \
         img-src 'self' data:; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    let watched = "default-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' data: ws: http:; frame-ancestors 'none'";
    if let Ok(policy) = HeaderValue::from_str(if is_watched { watched } else { &strict }) {
        expect_context::<ResponseOptions>().insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}
