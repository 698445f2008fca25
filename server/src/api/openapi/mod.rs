//! The OpenAPI 3.1 document at `GET /api/openapi.json`. Each call is described where it is handled; the schemas of bodies are
//! derived from the types of [`domain::api`].
//!
//! | module | contents |
//! | --- | --- |
//! | `refusals` | problems: which codes, by status |
//! | `samples` | an example of each body |

pub(super) mod refusals;
mod samples;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};
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
its headers has at most 32 KiB. A refusal is answered as `application/problem+json` with a stable `code`. What a client may \
not see is answered exactly as if it did not exist. A call that takes longer than 30 seconds is answered with 503 `try_again`.

A page in a browser may use its cookie instead of a token; whatever is not a GET then has to come from a page of this server, or is \
refused with 403 `forbidden_origin`. With a bearer token neither is checked.";

const TAGS: [(&str, &str); 5] = [
    ("sessions", "Accounts, logging in and out"),
    ("channels", "Channels and their members"),
    ("messages", "Messages, and read markers"),
    ("socket", "Live events"),
    ("health", "Health, for a proxy or a service manager"),
];

/// Returns the document without its calls.
pub(super) fn begun() -> OpenApi {
    let info = InfoBuilder::new().title("Jimmy Chat").version(VERSION).description(Some(DESCRIPTION));
    let tags = TAGS.map(|(name, text)| TagBuilder::new().name(name).description(Some(text)).build());
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description = Some("The `access_token` of a Session; it lives for `expires_in` seconds.".into());
    let mut components = Components::new();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    // Refusals and parameters refer to these without registering them.
    components.schemas.insert("Problem".into(), domain::api::Problem::schema());
    components.schemas.insert("PageSize".into(), domain::openapi::PageSize::schema());
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([Server::new("/")]))
        .tags(Some(tags))
        .components(Some(components))
        .build()
}

/// Adds the examples, and returns the document as JSON.
pub(super) fn ended(mut document: OpenApi) -> String {
    let schemas = document.components.iter_mut().flat_map(|components| components.schemas.values_mut());
    schemas.for_each(remove_unknown);
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

/// Removes the variant `unknown` of an enum: clients decode a value of a newer server as it, and no server sends it.
fn remove_unknown(schema: &mut RefOr<Schema>) {
    let is_unknown = |values: &Option<Vec<Value>>| values.as_deref() == Some(&[json!("unknown")]);
    match schema {
        RefOr::T(Schema::Object(object)) => {
            object.enum_values.iter_mut().for_each(|values| values.retain(|value| value != "unknown"));
        }
        RefOr::T(Schema::OneOf(one_of)) => one_of.items.retain(|item| match item {
            RefOr::T(Schema::Object(kind)) => !kind
                .properties
                .values()
                .any(|property| matches!(property, RefOr::T(Schema::Object(word)) if is_unknown(&word.enum_values))),
            _ => true,
        }),
        _ => {}
    }
}
