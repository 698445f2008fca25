//! The state of the page: the user, their channels and the loaded messages. It makes no calls and knows no link; other modules
//! subscribe to it.

mod channel_order;
mod page_title;
mod state;
mod toast;

pub use channel_order::{compare_names, title};
pub use page_title::use_page_title;
pub use state::{ReadingPosition, Store};
pub use toast::Toast;
