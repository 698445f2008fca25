//! `jimmy-chat adopt-log`: the stores of an install that no server has.

use super::{folder::DataFolder, stores::Kept};
use crate::{
    adopt::{self, Install},
    config::Config,
};

/// Goes on with another log, or with what is left of one, if the operator has said yes.
///
/// # Errors
/// A sentence for the operator.
pub async fn adopt_log(config: &Config, yes: bool, say: &mut (dyn FnMut(&str) + Send)) -> Result<(), String> {
    let folder = config.keeps_files().then(|| DataFolder::open(&config.data)).transpose()?;
    let Kept { directory, archive, log, files } = Kept::open(config).await?;
    let done = adopt::adopt(&Install { directory: &*directory, archive: &*archive, log: &*log }, yes, say).await;
    files.close().await;
    drop(folder);
    done
}
