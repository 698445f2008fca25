//! Tasks that the server needs: when one of them ends, the server stops.

use std::future::Future;

use tokio::task::JoinSet;

use crate::error::OperatorError;

/// The running tasks, each with its name.
#[derive(Default)]
pub(super) struct Tasks(JoinSet<(&'static str, Result<(), OperatorError>)>);

impl Tasks {
    /// Starts a task.
    pub(super) fn start<E: Into<OperatorError>>(
        &mut self,
        name: &'static str,
        task: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        self.0.spawn(async move { (name, task.await.map_err(Into::into)) });
    }

    /// Waits for the first task to end and returns why it did.
    pub(super) async fn ended(&mut self) -> OperatorError {
        match self.0.join_next().await {
            Some(Ok((name, Err(error)))) => OperatorError::caused_by(name, error),
            Some(Ok((name, Ok(())))) => OperatorError::new(format!("{name} has ended")),
            Some(Err(panic)) => OperatorError::caused_by("a task has failed", panic),
            None => OperatorError::new("no task is left"),
        }
    }
}
