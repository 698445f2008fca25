//! Which page an address shows, and going from one to another without the server.
//!
//! Our own, and not the framework's router: that is a quarter of what the whole page may weigh
//! (docs/decisions/0004-what-the-page-weighs.md), and the page has four addresses.

use domain::ids::{ChannelId, Pos};
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// The address of the server itself: the list on a phone, with the hall beside it where there is room.
    Home,
    /// A channel.
    Channel(ChannelId),
    /// All channels.
    Channels,
    /// A form for a new channel, over all channels.
    NewChannel,
    /// A page that only the server renders.
    ServerRendered,
}

/// An address within the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The path alone.
    pub path: String,
    /// What it shows.
    pub page: Page,
    /// The message that a link leads to.
    pub at: Option<Pos>,
    /// Whether the members are listed beside it.
    pub has_members: bool,
    /// What is searched for, as it stands in the address.
    pub search: String,
    /// Only channels that this person is not in.
    pub only_new: bool,
}

impl Place {
    /// The place of a path and query.
    pub fn of(address: &str) -> Self {
        let address = address.split('#').next().unwrap_or_default();
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let page = match path {
            "/" => Page::Home,
            "/channels" => Page::Channels,
            "/channels/new" => Page::NewChannel,
            _ => path.strip_prefix("/c/").and_then(|id| id.parse().ok()).map_or(Page::ServerRendered, Page::Channel),
        };
        Self {
            path: path.to_owned(),
            page,
            at: value("at").and_then(|at| Pos::from_number(at.parse().ok()?)),
            has_members: value("panel") == Some("members"),
            search: value("search").unwrap_or_default().to_owned(),
            only_new: value("joined") == Some("false"),
        }
    }

    /// What a narrow window shows of it.
    pub fn pane(&self) -> &'static str {
        match (&self.page, self.has_members) {
            (Page::Home, _) => "list",
            (_, true) => "panel",
            (_, false) => "conversation",
        }
    }
}

/// Where the reader is.
#[derive(Clone, Copy)]
pub struct Route(RwSignal<Place>);

impl Route {
    /// Where the page begins: `here` is its path and query.
    pub fn new(here: &str) -> Self {
        Self(RwSignal::new(Place::of(here)))
    }

    /// Looks at the place, and again when it changes.
    pub fn with<T>(self, look: impl FnOnce(&Place) -> T) -> T {
        self.0.with(look)
    }

    /// Looks at the place as it is now.
    pub fn now<T>(self, look: impl FnOnce(&Place) -> T) -> T {
        self.0.with_untracked(look)
    }

    /// Follows links and the browser's own ways back and forth, in the browser.
    pub fn start(self) {
        let pressed = window_event_listener(ev::click, move |event| {
            if let Some(path) = followed(&event) {
                event.prevent_default();
                self.go(&path);
            }
        });
        let moved = window_event_listener(ev::popstate, move |_| self.0.set(Place::of(&here())));
        on_cleanup(move || {
            pressed.remove();
            moved.remove();
        });
    }

    /// Goes to a path and query of the product.
    pub fn go(self, path: &str) {
        let place = Place::of(path);
        if place.page == Page::ServerRendered {
            // A browser that refuses this has no page to show.
            let _ = window().location().set_href(path);
            return;
        }
        if path != here() {
            // A full history refuses; then the address stays behind, and the page is right all the same.
            let _ = window().history().and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(path)));
        }
        let is_other = self.now(|now| now.page != place.page);
        self.0.set(place);
        if is_other {
            request_animation_frame(keep_focus);
        }
    }
}

/// The page that had the focus has gone: the one that came has it, unless a field of it took it.
fn keep_focus() {
    let is_lost = document().active_element().is_none_or(|at| at.tag_name() == "BODY");
    if let Ok(Some(page)) = document().query_selector(".sheet main")
        && is_lost
    {
        // No browser refuses this attribute, and what takes no focus is not shown.
        let _ = page.set_attribute("tabindex", "-1");
        let _ = page.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}

/// The path and query in the browser's address.
pub fn here() -> String {
    let location = window().location();
    // Neither fails for the address of a page.
    format!("{}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default())
}

/// Where a press on a link within the product leads, if it is ours to follow: one that asks for a new tab or a file is the browser's.
fn followed(event: &ev::MouseEvent) -> Option<String> {
    let has_key = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    if event.default_prevented() || event.button() != 0 || has_key {
        return None;
    }
    let pressed = event.target()?.dyn_into::<Element>().ok()?;
    let link = pressed.closest("a[href]").ok()??;
    let is_external = link.get_attribute("rel").is_some_and(|rel| rel.split(' ').any(|word| word == "external"));
    if is_external || link.has_attribute("target") || link.has_attribute("download") {
        return None;
    }
    let href = link.unchecked_into::<web_sys::HtmlAnchorElement>().href();
    let path = href.strip_prefix(&window().location().origin().ok()?)?;
    // Within this page, and to what the server makes alone, the browser goes by itself.
    (!path.contains('#') && Place::of(path).page != Page::ServerRendered).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_page() {
        let page = |address: &str| Place::of(address).page;
        assert_eq!(page("/"), Page::Home);
        assert_eq!(page("/c/general?at=5#m"), Page::Channel("general".parse().unwrap()));
        assert_eq!((page("/channels"), page("/channels/new")), (Page::Channels, Page::NewChannel));
        for others in ["/settings", "/log-in", "/c/", "/c/a/b", "/channels/", "", "//elsewhere"] {
            assert_eq!(page(others), Page::ServerRendered, "{others}");
        }
    }

    #[test]
    fn what_stands_behind_the_question_mark_is_read_in_any_order() {
        let place = Place::of("/c/a?x=1&panel=members&at=1099511627779");
        assert_eq!((place.at, place.has_members), (Some(Pos::new(1, 3)), true));
        let place = Place::of("/channels?joined=false&search=%E7%81%AB+%E9%8D%8B");
        assert_eq!((&*place.search, place.only_new), ("%E7%81%AB+%E9%8D%8B", true));
        assert_eq!(Place::of("/c/a?at=-1&at2=3&panel=other"), Place::of("/c/a"));
    }

    #[test]
    fn a_narrow_window_shows_one_pane() {
        let panes = ["/", "/c/a", "/c/a?panel=members", "/channels"].map(|address| Place::of(address).pane());
        assert_eq!(panes, ["list", "conversation", "panel", "conversation"]);
    }
}
