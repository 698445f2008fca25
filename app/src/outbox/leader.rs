//! ③ Election of the tab that sends for all tabs of an account: the one that holds a lock of the browser. When it is closed, or
//! does not send, another tab takes over. In a browser without locks every tab sends, which is safe: sends with the same id are
//! one message.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

/// How a tab requests the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Waits until the present holder is gone.
    Wait,
    /// Takes the lock from a holder that does not send.
    Steal,
}

/// Requests the lock of this name. Calls `on_change` with true when this tab holds the lock (at once in a browser without locks),
/// and with false when another tab has taken it.
pub fn request(name: &str, claim: Claim, on_change: impl Fn(bool) + Clone + 'static) {
    let Some((locks, request)) = locks() else { return on_change(true) };
    let granted = on_change.clone();
    // The promise never settles, so the lock is held until the tab is closed or another tab steals the lock.
    let callback = Closure::once_into_js(move |_lock: JsValue| -> Promise {
        granted(true);
        Promise::new(&mut |_, _| {})
    });
    let options = Object::new();
    if claim == Claim::Steal {
        // Setting a property of a fresh object does not fail.
        let _ = Reflect::set(&options, &"steal".into(), &true.into());
    }
    let asked = request.apply(&locks, &Array::of3(&name.into(), &options, &callback));
    let Ok(asked) = asked.and_then(|asked| asked.dyn_into::<Promise>()) else { return on_change(true) };
    let taken = Closure::once_into_js(move |_why: JsValue| on_change(false));
    // Both closures live until the tab is closed; this one is called only if another tab takes the lock.
    let _ = Reflect::get(&asked, &"catch".into())
        .and_then(|catch| catch.dyn_into::<Function>())
        .and_then(|catch| catch.call1(&asked, &taken));
}

fn locks() -> Option<(JsValue, Function)> {
    let locks = Reflect::get(&window().navigator(), &"locks".into()).ok()?;
    let request = Reflect::get(&locks, &"request".into()).ok()?.dyn_into::<Function>().ok()?;
    Some((locks, request))
}
