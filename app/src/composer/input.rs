//! ① The field. Enter sends, Shift Enter breaks the line, and what an input method has taken is its own. Before the WASM
//! runs it is a plain form. After it on a message's way: `composer/outbox`.

use domain::{
    drafts::MessageBody,
    ids::{ChannelId, MessageId},
    rejection::Code,
};
use leptos::{ev, html, prelude::*};

use super::draft;
use crate::{
    connection::Link,
    presence::writes,
    store::Store,
    ui::{Icon, SmallIcon, ime, use_words},
};

/// The field of a channel.
#[component]
pub fn Composer(
    /// Where it goes.
    channel: ChannelId,
    /// What the channel is called.
    title: String,
    /// The id of the message that the plain form sends.
    compose_id: MessageId,
    /// What was typed before.
    #[prop(optional)]
    text: String,
    /// Why that was refused.
    #[prop(optional_no_strip)]
    refused: Option<Code>,
) -> impl IntoView {
    let words = use_words();
    let (store, link) = (expect_context::<Store>(), expect_context::<Link>());
    let field = NodeRef::<html::Textarea>::new();
    let error = RwSignal::new(refused.map(|code| words.refusal(code)));
    let (channel_id, kept, sent_from, written_to) =
        (channel.to_string(), channel.clone(), channel.clone(), channel.clone());

    // What was typed before the WASM came stays; else the draft that this device kept.
    Effect::new(move |_| {
        let Some(field) = field.get() else { return };
        let kept = store.me.with_value(|me| draft::load(&me.id, &kept));
        if let Some(kept) = kept.filter(|_| field.value().is_empty()) {
            field.set_value(&kept);
        }
        grow(&field);
        if has_mouse() {
            // The browser may refuse; then a click does it.
            let _ = field.focus();
        }
    });

    let keep = move || {
        if let Some(field) = field.get_untracked() {
            let text = field.value();
            store.me.with_value(|me| draft::save(&me.id, &channel, &text));
            store.has_draft(&channel, !text.trim().is_empty());
        }
    };
    let keep_on_input = keep.clone();
    let send = move || {
        let Some(field) = field.get_untracked() else { return };
        match MessageBody::parse(&field.value()) {
            Ok(body) => {
                if !link.say(&sent_from, body) {
                    return error.set(Some(words.outbox_full));
                }
                store.said.update(|said| *said += 1);
                field.set_value("");
                // The button may have taken the focus; the browser may refuse to give it back.
                let _ = field.focus();
                error.set(None);
            }
            // Nothing to say is nothing wrong.
            Err(Code::InvalidBody) if field.value().trim().is_empty() => {}
            Err(code) => {
                error.set(Some(if code == Code::TooLong { words.too_many_chars } else { words.refusal(code) }))
            }
        }
        grow(&field);
        keep();
    };
    let send_on_submit = send.clone();
    let on_key = move |event: ev::KeyboardEvent| {
        let sends =
            event.key() == "Enter" && (event.ctrl_key() || event.meta_key() || (!event.shift_key() && has_mouse()));
        if sends && !ime::owns(&event) {
            event.prevent_default();
            send();
        }
    };

    view! {
        <form
            class="composer"
            method="post"
            action="/do/say"
            on:submit=move |event| {
                event.prevent_default();
                send_on_submit();
            }
        >
            {move || error.get().map(|text| view! {
                <div class="ctx error" role="alert"><SmallIcon name="circle-alert"/><span>{text}</span></div>
            })}
            <input type="hidden" name="channel" value=channel_id/>
            <input type="hidden" name="id" value=compose_id.to_string()/>
            <label class="vh" for="composer">{words.message}</label>
            <textarea
                class="text"
                id="composer"
                name="body"
                rows="1"
                required
                placeholder=words.write_to(&title)
                node_ref=field
                on:keydown=on_key
                on:input=move |_| {
                    keep_on_input();
                    if let Some(field) = field.get_untracked() {
                        writes(&written_to, &field.value());
                        grow(&field);
                    }
                }
            >
                {text}
            </textarea>
            <div class="bar">
                <span class="hint" aria-hidden="true">{words.send_hint}</span>
                <button class="send" title=words.send aria-label=words.send><Icon name="arrow-up"/></button>
            </div>
        </form>
    }
}

/// Grows with its text where the browser does not do that by itself.
fn grow(field: &web_sys::HtmlTextAreaElement) {
    if supports_field_sizing() {
        return;
    }
    let style = web_sys::HtmlElement::style(field);
    // Setting a property that exists does not fail.
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &format!("{}px", field.scroll_height()));
}

fn supports_field_sizing() -> bool {
    web_sys::css::supports_with_value("field-sizing", "content").unwrap_or(false)
}

/// With a mouse there is a keyboard whose Enter means to send; a touch keyboard's means a new line.
fn has_mouse() -> bool {
    window().match_media("(pointer: fine)").ok().flatten().is_some_and(|query| query.matches())
}
