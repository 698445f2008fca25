//! The title in the browser's tab.

use leptos::prelude::*;

use super::state::Store;
use crate::ui::use_ui;

/// Keeps the document's title up to date; the server has written the first one. A dot in the title and on the icon marks unread
/// messages.
pub fn use_page_title(title: impl Fn() -> String + 'static) {
    let (store, ui) = (expect_context::<Store>(), use_ui());
    Effect::new(move |_| {
        let has_unread = store.has_unread();
        let (mark, icon) = if has_unread { ("• ", "favicon-unread.svg") } else { ("", "favicon.svg") };
        document().set_title(&format!("{mark}{} · {}", title(), ui.workspace));
        if let Ok(Some(link)) = document().query_selector("link[rel=icon]") {
            // No browser refuses this attribute.
            let _ = link.set_attribute("href", &format!("{}/{icon}", ui.assets));
        }
    });
}
