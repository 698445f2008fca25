//! The page of the settings: its sections, with a list of them on a wide window.

use leptos::prelude::*;

use super::{
    choices::{ClockForm, LanguageForm, ThemeForm},
    enter::EnterForm,
    sessions::SessionList,
    workspace::WorkspaceForm,
};
use crate::{
    boot::Boot,
    ui::{Icon, Notice, SmallIcon, use_server_words, use_words},
};

/// The page `/settings` with its sections.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let (words, own) = (use_words(), use_server_words());
    let boot = expect_context::<Boot>();
    let settings = boot.settings;
    let workspace = settings.as_ref().and_then(|settings| settings.workspace.clone());
    let sections = [
        Some(("#look", own.look)),
        Some(("#language", own.language_and_time)),
        Some(("#composing", own.composing)),
        Some(("#keyboard", words.keyboard)),
        Some(("#sessions", own.sessions)),
        workspace.as_ref().map(|_| ("#workspace", own.workspace)),
    ];
    let icon = ["sun-moon", "languages", "pencil", "keyboard", "monitor-smartphone", "users"];
    let link = |((to, name), icon)| {
        view! {
            <li><a class="ch" href=to rel="external"><SmallIcon name=icon/><span class="name">{name}</span></a></li>
        }
    };
    let elsewhere = boot.refused.filter(|code| workspace.is_none() || !super::workspace::is_about_name(*code));
    view! {
        <main class="main"><div class="page">
            <header>
                <a class="icon-btn back" href="/" title=words.back aria-label=words.back><Icon name="chevron-left"/></a>
                <h1>{words.settings}</h1>
            </header>
            {elsewhere.map(|code| view! { <Notice text=words.refusal(code)/> })}
            <div class="set">
                <nav aria-label=words.settings><ul>{sections.into_iter().flatten().zip(icon).map(link).collect_view()}</ul></nav>
                <div class="sections">
                    <section id="look" aria-labelledby="look-title">
                        <h2 id="look-title">{own.look}</h2>
                        <p>{own.theme_text}</p>
                        <ThemeForm/>
                    </section>
                    <section id="language" aria-labelledby="language-title">
                        <h2 id="language-title">{own.language_and_time}</h2>
                        <div class="setting"><h3>{own.language}</h3><p>{own.language_text}</p><LanguageForm/></div>
                        <div class="setting"><h3>{own.clock}</h3><p>{own.clock_text}</p><ClockForm/></div>
                    </section>
                    <section id="composing" aria-labelledby="composing-title">
                        <h2 id="composing-title">{own.composing}</h2>
                        <div class="setting"><h3>{own.enter_key}</h3><p>{own.enter_text}</p><EnterForm/></div>
                    </section>
                    <section id="keyboard" class="keys" aria-labelledby="keyboard-title">
                        <h2 id="keyboard-title">{words.keyboard}</h2>
                        {crate::keys::key_rows(words)}
                    </section>
                    <section id="sessions" aria-labelledby="sessions-title">
                        <h2 id="sessions-title">{own.sessions}</h2>
                        <p>{own.sessions_text}</p>
                        {settings.map(|settings| view! { <SessionList sessions=settings.sessions now=settings.now/> })}
                        <div class="setting">
                            <h3>{own.log_out_everywhere}</h3>
                            <p>{own.log_out_everywhere_text}</p>
                            <form method="post" action="/do/log_out_everywhere">
                                <button class="btn danger small">{own.log_out_everywhere}</button>
                            </form>
                        </div>
                    </section>
                    {workspace.map(|workspace| view! {
                        <section id="workspace" aria-labelledby="workspace-title">
                            <h2 id="workspace-title">{own.workspace}</h2>
                            <WorkspaceForm workspace refused=boot.refused/>
                        </section>
                    })}
                </div>
            </div>
        </div></main>
    }
}
