//! Which page an address shows, and the navigation between pages without the server.
//!
//! The framework's router is not used: it is a quarter of the page's size budget (docs/decisions/0004-what-the-page-weighs.md), and
//! the page has four addresses.

use domain::ids::{ChannelId, Pos};
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

/// A page of the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// The root: the list of channels on a phone, with the hall beside it on a wide window.
    Home,
    /// The page of a channel.
    Channel(ChannelId),
    /// The channel browser.
    Channels,
    /// The form for a new channel, over the channel browser.
    NewChannel,
    /// A page that only the server renders.
    ServerRendered,
}

/// An address within the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The path alone.
    pub path: String,
    /// The page at this address.
    pub page: Page,
    /// The position of the message that a link names.
    pub at: Option<Pos>,
    /// Whether the list of members is open.
    pub has_members: bool,
    /// The search text, encoded as in the address.
    pub search: String,
    /// Whether only channels are listed that the user is not a member of.
    pub only_new: bool,
}

impl Place {
    /// Parses a path and query.
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

    /// Returns the pane that a narrow window shows.
    pub fn pane(&self) -> &'static str {
        match (&self.page, self.has_members) {
            (Page::Home, _) => "list",
            (_, true) => "panel",
            (_, false) => "conversation",
        }
    }
}

/// The address of the page on the screen.
#[derive(Clone, Copy)]
pub struct Route(RwSignal<Place>);

impl Route {
    /// Creates the route of a page that has just been opened; `here` is its path and query.
    pub fn new(here: &str) -> Self {
        Self(RwSignal::new(Place::of(here)))
    }

    /// Reads the address. Tracks changes.
    pub fn with<T>(self, read: impl FnOnce(&Place) -> T) -> T {
        self.0.with(read)
    }

    /// Reads the address without tracking changes.
    pub fn now<T>(self, read: impl FnOnce(&Place) -> T) -> T {
        self.0.with_untracked(read)
    }

    /// Handles clicks on links, and the browser's back and forward buttons. Called once, in the browser.
    pub fn start(self) {
        let clicked = window_event_listener(ev::click, move |event| {
            if let Some(path) = followed(&event) {
                event.prevent_default();
                self.go(&path);
            }
        });
        let moved = window_event_listener(ev::popstate, move |_| self.0.set(Place::of(&here())));
        on_cleanup(move || {
            clicked.remove();
            moved.remove();
        });
    }

    /// Goes to a path and query of this product.
    pub fn go(self, path: &str) {
        let place = Place::of(path);
        if place.page == Page::ServerRendered {
            // If the browser refuses, the page stays.
            let _ = window().location().set_href(path);
            return;
        }
        if path != here() {
            // A full history refuses; then only the address in the browser is wrong.
            let _ = window().history().and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(path)));
        }
        let is_other = self.now(|now| now.page != place.page);
        self.0.set(place);
        if is_other {
            request_animation_frame(keep_focus);
        }
    }
}

/// Focuses the new page after the one with the focus has left, unless a field of the new page has taken the focus.
fn keep_focus() {
    let is_lost = document().active_element().is_none_or(|at| at.tag_name() == "BODY");
    if let Ok(Some(page)) = document().query_selector(".sheet main")
        && is_lost
    {
        // No browser refuses this attribute; an element that is not shown takes no focus.
        let _ = page.set_attribute("tabindex", "-1");
        let _ = page.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}

/// Returns the path and query in the browser's address.
pub fn here() -> String {
    let location = window().location();
    // Neither fails for the address of a page.
    format!("{}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default())
}

/// Returns the path of a clicked link if the page handles it. The browser handles links to a new tab, to a file, and to other sites.
fn followed(event: &ev::MouseEvent) -> Option<String> {
    let has_key = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    if event.default_prevented() || event.button() != 0 || has_key {
        return None;
    }
    let clicked = event.target()?.dyn_into::<Element>().ok()?;
    let link = clicked.closest("a[href]").ok()??;
    let is_external = link.get_attribute("rel").is_some_and(|rel| rel.split(' ').any(|word| word == "external"));
    if is_external || link.has_attribute("target") || link.has_attribute("download") {
        return None;
    }
    let href = link.unchecked_into::<web_sys::HtmlAnchorElement>().href();
    let path = href.strip_prefix(&window().location().origin().ok()?)?;
    // The browser handles anchors, and pages that only the server renders.
    (!path.contains('#') && Place::of(path).page != Page::ServerRendered).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_each_address_as_one_page() {
        let page = |address: &str| Place::of(address).page;
        assert_eq!(page("/"), Page::Home);
        assert_eq!(page("/c/general?at=5#m"), Page::Channel("general".parse().unwrap()));
        assert_eq!((page("/channels"), page("/channels/new")), (Page::Channels, Page::NewChannel));
        for others in ["/settings", "/log-in", "/c/", "/c/a/b", "/channels/", "", "//elsewhere"] {
            assert_eq!(page(others), Page::ServerRendered, "{others}");
        }
    }

    #[test]
    fn parses_the_query_in_any_order() {
        let place = Place::of("/c/a?x=1&panel=members&at=1099511627779");
        assert_eq!((place.at, place.has_members), (Some(Pos::new(1, 3)), true));
        let place = Place::of("/channels?joined=false&search=%E7%81%AB+%E9%8D%8B");
        assert_eq!((&*place.search, place.only_new), ("%E7%81%AB+%E9%8D%8B", true));
        assert_eq!(Place::of("/c/a?at=-1&at2=3&panel=other"), Place::of("/c/a"));
    }

    #[test]
    fn shows_one_pane_on_a_narrow_window() {
        let panes = ["/", "/c/a", "/c/a?panel=members", "/channels"].map(|address| Place::of(address).pane());
        assert_eq!(panes, ["list", "conversation", "panel", "conversation"]);
    }
}
