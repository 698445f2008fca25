//! The pages: rendered completely by the server, with plain forms, so that everything works before the WASM has loaded.
//!
//! | module | what it does |
//! | --- | --- |
//! | `state` | what pages need of the server |
//! | `routes` | the routes of pages and forms |
//! | `load` | reads the data of a page |
//! | `backend` | handles the forms |
//! | `settings` | reads the data of the settings page and the set-up page |
//! | `next` | which redirects stay on this site |
//! | `drafts` | keeps messages from plain forms that could not be sent |
//! | `site`, `files` | serve WASM, scripts, styles and icons |

mod backend;
mod drafts;
mod files;
mod load;
mod next;
mod routes;
mod settings;
mod site;
mod state;

pub use routes::router;
pub use site::Site;
pub use state::Pages;
