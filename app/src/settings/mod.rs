//! Settings: looks, language and time, log-ins, the workspace. Plain forms, rendered by the server alone: in the browser
//! their page is an empty frame, which leaves alone what stands in it.

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

/// The page of settings, around what the server has put there.
#[cfg(not(feature = "ssr"))]
#[leptos::component]
pub fn SettingsPage() -> impl leptos::prelude::IntoView {
    use leptos::prelude::*;
    // Who comes here by a step back within the page finds the frame empty: the server fills it.
    Effect::new(|_| {
        if let Ok(Some(_)) = document().query_selector("main:empty") {
            // A browser that refuses to reload leaves the sidebar to go on with.
            let _ = window().location().reload();
        }
    });
    view! { <main class="main"></main> }
}
