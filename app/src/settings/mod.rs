//! The settings: appearance, language and time, sessions, the workspace. Plain forms that only the server renders: in the browser
//! their page is an empty element, which keeps the server's content.

pub mod actions;
#[cfg(feature = "ssr")]
mod choices;
#[cfg(feature = "ssr")]
mod device;
#[cfg(feature = "ssr")]
mod enter;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod sessions;
#[cfg(feature = "ssr")]
mod workspace;

#[cfg(feature = "ssr")]
pub use choices::ChoicesLine;
#[cfg(feature = "ssr")]
pub use page::SettingsPage;
#[cfg(feature = "ssr")]
pub use workspace::WorkspaceFields;

/// The page of the settings, around the server's content.
#[cfg(not(feature = "ssr"))]
#[leptos::component]
pub fn SettingsPage() -> impl leptos::prelude::IntoView {
    use leptos::prelude::*;
    // After the back button the element is empty: a reload fetches the content from the server.
    Effect::new(|_| {
        if let Ok(Some(_)) = document().query_selector("main:empty") {
            // If the browser refuses to reload, the sidebar still works.
            let _ = window().location().reload();
        }
    });
    view! { <main class="main"></main> }
}
