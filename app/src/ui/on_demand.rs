//! Parts of the page that the first view does not need. Their code is in a second WASM file, a chunk, which the browser loads
//! when the first of them is shown. `tools/bindgen` cuts the chunk out of the page.
//!
//! A part is a function with the attribute `wasm_split(on_demand, fallible, preload(load_part))`, shown by [`on_demand`]. If the
//! server has rendered it, `pages::load_rendered` loads the chunk before the page is hydrated.

use std::{
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
pub use wasm_split_helpers::SplitLoaderError as NotLoaded;
use web_sys::HtmlElement;

use super::use_words;

type Load = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), NotLoaded>>>> + Send + Sync>;
type Part = Box<dyn Fn() -> Option<AnyView> + Send>;

#[derive(Clone, Copy, PartialEq)]
enum State {
    Loading,
    Loaded,
    Failed,
}

/// Returns the view of a part if its chunk is loaded. On the server it always is.
pub fn loaded(part: impl Future<Output = Result<AnyView, NotLoaded>>) -> Option<AnyView> {
    match pin!(part).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(view) => view.ok(),
        Poll::Pending => None,
    }
}

/// Shows a part when its chunk is loaded: `load` loads it, and `part` returns `None` until then. If it cannot be loaded, the
/// user reads so and can try again.
pub fn on_demand<L>(load: fn() -> L, part: impl Fn() -> Option<AnyView> + Send + 'static) -> AnyView
where
    L: Future<Output = Result<(), NotLoaded>> + 'static,
{
    part().unwrap_or_else(|| show_later(Box::new(move || Box::pin(load())), Box::new(part)))
}

/// Not generic: generic code would be in the page once for each part.
fn show_later(load: Load, part: Part) -> AnyView {
    let words = use_words();
    let state = RwSignal::new(State::Loading);
    let (status, retry) = (NodeRef::<html::Div>::new(), NodeRef::<html::Button>::new());
    // Keys that are pressed meanwhile are meant for the part: they do not go to the field that had the focus.
    let focused = StoredValue::new_local(document().active_element().map(JsCast::unchecked_into::<HtmlElement>));
    Effect::new(move |_| {
        let retry = retry.get().map(JsCast::unchecked_into::<HtmlElement>).filter(|button| button.is_connected());
        if let Some(element) = retry.or_else(|| status.get().map(JsCast::unchecked_into)) {
            // The browser may refuse; then the focus stays where it is.
            let _ = element.focus();
        }
    });
    let load = StoredValue::new(load);
    let begin = move || {
        let Some(loading) = load.try_with_value(|load| load()) else { return };
        state.set(State::Loading);
        spawn_local(async move {
            let result = loading.await;
            if result.is_ok()
                && let Some(Some(element)) = focused.try_get_value()
            {
                let _ = element.focus();
            }
            state.try_set(if result.is_ok() { State::Loaded } else { State::Failed });
        });
    };
    begin();
    let view = move || {
        match state.get() {
        // The style sheet hides it for a moment, because most often the chunk arrives at once.
        State::Loading => view! {
            <div class="toasts" role="status" tabindex="-1" node_ref=status><div class="toast slow">{words.loading}</div></div>
        }
        .into_any(),
        State::Loaded => part().into_any(),
        State::Failed => view! {
            <div class="toasts" role="alert">
                <div class="toast">
                    <span>{words.part_failed}</span>
                    <button type="button" node_ref=retry on:click=move |_| begin()>{words.try_again}</button>
                </div>
            </div>
        }
        .into_any(),
    }
    };
    view.into_any()
}
