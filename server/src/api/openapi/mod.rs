//! `GET /api/openapi.json`: what the calls are, for machines (OpenAPI 3.1). Each call is described where it is handled; the bodies are
//! described here, because the domain's types know nothing of it.
//!
//! | module | what it describes |
//! | --- | --- |
//! | `scalars` | texts, numbers and ids, with their limits |
//! | `requests`, `answers` | bodies |
//! | `refusals` | problems: which codes, by status |
//! | `samples` | an example of each body |

pub mod answers;
pub(super) mod refusals;
pub mod requests;
mod samples;
pub mod scalars;
#[cfg(test)]
mod tests;

use utoipa::{
    PartialSchema,
    openapi::{
        Components, InfoBuilder, OpenApi, OpenApiBuilder, RefOr, Schema, Server,
        security::{Http, HttpAuthScheme, SecurityScheme},
        tag::TagBuilder,
    },
};

/// The version of the protocol, not of the program.
const VERSION: &str = "1";

const DESCRIPTION: &str = "\
Everything that the web page does, any program may do. Make an account or log in, send the access token as `Authorization: Bearer …`, \
ask `GET /api/v1/gateway` where the socket is, and listen there; its frames are described in the project's `docs/protocol.md`.

Fields, codes and kinds are added, never changed: ignore what you do not know. Bodies are JSON of at most 256 KiB; a request line with \
its headers has at most 32 KiB. What is refused is answered as `application/problem+json` with a stable `code`. Something that one may \
not see is answered exactly as if it did not exist. A call that takes longer than 30 seconds is answered with 503 `try_again`.

A page in a browser may use its cookie instead of a token; whatever is not a GET then has to come from a page of this server, or is \
refused with 403 `forbidden_origin`. With a bearer token neither is looked at.";

const TAGS: [(&str, &str); 5] = [
    ("sessions", "Accounts, logging in and out"),
    ("channels", "Channels and who is in them"),
    ("messages", "What is said, and up to where somebody has read"),
    ("socket", "Where live events come from"),
    ("health", "What a proxy or a service manager asks"),
];

/// The document without its calls.
pub(super) fn begun() -> OpenApi {
    let info = InfoBuilder::new().title("Jimmy Chat").version(VERSION).description(Some(DESCRIPTION));
    let tags = TAGS.map(|(name, text)| TagBuilder::new().name(name).description(Some(text)).build());
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description = Some("The `access_token` of a Session; it lives for `expires_in` seconds.".into());
    let mut components = Components::new();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    // Refusals and parameters name these, and nothing registers what they name.
    components.schemas.insert("Problem".into(), answers::Problem::schema());
    components.schemas.insert("PageSize".into(), scalars::PageSize::schema());
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([Server::new("/")]))
        .tags(Some(tags))
        .components(Some(components))
        .build()
}

/// The document with its examples, as text.
pub(super) fn ended(mut document: OpenApi) -> String {
    for (name, schema) in document.components.iter_mut().flat_map(|components| &mut components.schemas) {
        let examples = match schema {
            RefOr::T(Schema::Object(object)) => &mut object.examples,
            RefOr::T(Schema::AllOf(all)) => &mut all.examples,
            _ => continue,
        };
        if samples::NAMES.contains(&name.as_str()) {
            *examples = vec![samples::of(name)];
        }
    }
    serde_json::to_string(&document).unwrap_or_default()
}
