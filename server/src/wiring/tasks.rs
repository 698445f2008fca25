//! Tasks that the server cannot do without: when one ends, the server does.

use std::future::Future;

use tokio::task::JoinSet;

/// See above.
#[derive(Default)]
pub(super) struct Tasks(JoinSet<(&'static str, Result<(), String>)>);

impl Tasks {
    /// Starts one under a name.
    pub(super) fn start(
        &mut self,
        name: &'static str,
        task: impl Future<Output = Result<(), String>> + Send + 'static,
    ) {
        self.0.spawn(async move { (name, task.await) });
    }

    /// The sentence of the first one that ends.
    pub(super) async fn ended(&mut self) -> String {
        match self.0.join_next().await {
            Some(Ok((name, Err(why)))) => format!("{name}: {why}"),
            Some(Ok((name, Ok(())))) => format!("{name} has ended"),
            Some(Err(panic)) => format!("a task has failed: {panic}"),
            None => "no task is left".into(),
        }
    }
}
