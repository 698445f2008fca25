//! ② Several tabs of one person, one outbox: the tab that holds a lock sends. When it is closed, or does not send, another
//! one takes over. Where the browser has no locks every tab sends: a message's id makes it one message all the same.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

/// How a tab comes to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// When no other tab does any more.
    Queue,
    /// At once: the one that should does not.
    Take,
}

/// Asks for the lock of this name. `holds` hears true when this tab has it, at once where there are no locks, and false if
/// another tab has taken it.
pub fn ask(name: &str, turn: Turn, holds: impl Fn(bool) + Clone + 'static) {
    let Some((locks, request)) = locks() else { return holds(true) };
    let granted = holds.clone();
    // Held until the promise settles: never, but for the end of the tab.
    let callback = Closure::once_into_js(move |_lock: JsValue| -> Promise {
        granted(true);
        Promise::new(&mut |_, _| {})
    });
    let options = Object::new();
    if turn == Turn::Take {
        // Setting a property of a fresh object does not fail.
        let _ = Reflect::set(&options, &"steal".into(), &true.into());
    }
    let asked = request.apply(&locks, &Array::of3(&name.into(), &options, &callback));
    let Ok(asked) = asked.and_then(|asked| asked.dyn_into::<Promise>()) else { return holds(true) };
    let taken = Closure::once_into_js(move |_why: JsValue| holds(false));
    // Two closures that live until the tab ends: one settles only when the lock is taken from here.
    let _ = Reflect::get(&asked, &"catch".into())
        .and_then(|catch| catch.dyn_into::<Function>())
        .and_then(|catch| catch.call1(&asked, &taken));
}

fn locks() -> Option<(JsValue, Function)> {
    let locks = Reflect::get(&window().navigator(), &"locks".into()).ok()?;
    let request = Reflect::get(&locks, &"request".into()).ok()?.dyn_into::<Function>().ok()?;
    Some((locks, request))
}
