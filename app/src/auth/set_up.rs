//! The page after the very first sign-up: the title of the workspace, its language, and who may sign up.

use leptos::prelude::*;

use super::login::LoginCard;
use crate::{
    boot::{Boot, PageBoot},
    settings::WorkspaceFields,
    ui::use_server_words,
};

/// The page `/set-up`, which the owner sees once.
#[component]
pub fn SetUpPage() -> impl IntoView {
    let words = use_server_words();
    let boot = expect_context::<Boot>();
    let refused = boot.refused;
    let fields = match boot.page {
        PageBoot::SetUp(workspace) => view! { <WorkspaceFields workspace refused is_new=true/> }.into_any(),
        _ => ().into_any(),
    };
    view! {
        <LoginCard title=words.set_up_title.to_owned() text=words.set_up_text>
            <form method="post" action="/do/set_up">
                {fields}
                <button class="btn primary wide">{words.set_up}</button>
            </form>
        </LoginCard>
    }
}
