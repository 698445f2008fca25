//! What every feature renders with: words, icons, avatars, times. It knows neither the state of the page nor the link.

mod avatar;
mod case;
pub mod clipboard;
mod context;
pub mod dom;
mod icon;
pub mod ime;
pub mod modality;
pub mod on_demand;
mod parts;
mod platform;
mod steady_clock;
pub mod words;
mod zone;

pub use avatar::Avatar;
pub use case::{capital, folded};
#[cfg(feature = "ssr")]
pub use context::use_server_words;
pub use context::{Ui, use_ui, use_words};
pub use icon::{Art, Icon, Mark, SmallIcon};
pub use parts::{Clock, Empty, FieldError, NotFound, Notice};
pub use platform::{device_storage, has_mouse, is_mac, is_main, is_visible};
pub use steady_clock::{Moment, steady_ms};
pub use zone::{Zone, offset_of};
