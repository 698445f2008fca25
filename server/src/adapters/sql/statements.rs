//! Statements that both dialects of SQL share. Parameters are numbered in the order in which they are bound.

/// Finds an account and its password hash. Parameter: the folded name.
pub(crate) const FIND_LOGIN: &str = "SELECT id, name, display_name, password_hash FROM accounts WHERE name_key = $1";

/// Replaces a password hash. Parameters: the new hash, the account, the hash that is replaced.
pub(crate) const REPLACE_PASSWORD: &str = "UPDATE accounts SET password_hash = $1 WHERE id = $2 AND password_hash = $3";

/// Sets a password hash. Parameters: the hash, the account.
pub(crate) const SET_PASSWORD: &str = "UPDATE accounts SET password_hash = $1 WHERE id = $2";

/// Finds the hall.
pub(crate) const FIND_HALL: &str = "SELECT id FROM channels WHERE kind = 'hall'";

/// Lists the channels of a member. Parameters: the account, the limit.
pub(crate) const LIST_CHANNELS_OF_ACCOUNT: &str = "SELECT channel FROM memberships WHERE account = $1 LIMIT $2";

/// Returns whether an account is a member. Parameters: the account, the channel.
pub(crate) const IS_MEMBER: &str = "SELECT EXISTS (SELECT 1 FROM memberships WHERE account = $1 AND channel = $2)";

/// Lists the members of a channel. Parameters: the channel, the limit.
pub(crate) const LIST_MEMBER_IDS: &str = "SELECT account FROM memberships WHERE channel = $1 LIMIT $2";

/// Removes a member. Parameters: the account, the channel.
pub(crate) const REMOVE_MEMBER: &str = "DELETE FROM memberships WHERE account = $1 AND channel = $2";

/// Lists the channels whose `created` event has left the outbox, by id. The kind of an action comes first in its JSON.
/// Parameters: the id to start after, the limit.
pub(crate) const LIST_ANNOUNCED_CHANNELS: &str = "SELECT id FROM channels WHERE id > $1 AND NOT EXISTS (
     SELECT 1 FROM outbox WHERE outbox.channel = channels.id AND action LIKE '{\"action\":\"create\"%'
     ) ORDER BY id LIMIT $2";

/// Inserts a channel without members. Parameters: id, kind, name, folded name, topic, partition, time.
pub(crate) const INSERT_CHANNEL: &str =
    "INSERT INTO channels (id, kind, name, name_key, topic, partition, member_count, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, 0, $7)";

/// Inserts a membership. Parameters: account, channel, role, time, read position, number of read messages.
pub(crate) const INSERT_MEMBER: &str =
    "INSERT INTO memberships (account, channel, role, joined_at, read_pos, read_n) VALUES ($1, $2, $3, $4, $5, $6)";

/// Counts the channels of a member. Parameter: the account.
pub(crate) const COUNT_CHANNELS_OF_ACCOUNT: &str = "SELECT count(*) FROM memberships WHERE account = $1";

/// Changes the number of members. Parameters: the difference, the channel.
pub(crate) const ADD_TO_MEMBER_COUNT: &str = "UPDATE channels SET member_count = member_count + $1 WHERE id = $2";

/// Finds the partition of a channel. Parameter: the channel.
pub(crate) const FIND_PARTITION: &str = "SELECT partition FROM channels WHERE id = $1";

/// Finds the name and the topic of a channel. Parameter: the channel.
pub(crate) const FIND_NAME_AND_TOPIC: &str = "SELECT name, topic FROM channels WHERE id = $1";

/// Finds the owner of a channel or, if that one has left, of the workspace. Parameter: the channel.
pub(crate) const FIND_CREATOR: &str = "SELECT a.id, a.name, a.display_name FROM accounts a
     LEFT JOIN memberships m ON m.account = a.id AND m.channel = $1 AND m.role = 'owner'
     WHERE m.account IS NOT NULL OR a.role = 'owner' ORDER BY m.account IS NULL LIMIT 1";

/// Finds an open session and its account. Parameters: the session, the present time.
pub(crate) const FIND_OPEN_SESSION: &str = "SELECT a.id, a.name, a.display_name, s.expires_at, s.last_used_at FROM sessions s JOIN accounts a ON a.id = s.account
     WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > $2";

/// Lists the open sessions of an account, the last used first. Parameters: the account, the present time, the limit.
pub(crate) const LIST_OPEN_SESSIONS: &str = "SELECT id, device, address, created_at, last_used_at FROM sessions
     WHERE account = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY last_used_at DESC, id DESC LIMIT $3";

/// Ends an open session of an account. Parameters: the present time, the session, the account.
pub(crate) const END_OWN_SESSION: &str =
    "UPDATE sessions SET ended_at = $1 WHERE id = $2 AND account = $3 AND ended_at IS NULL AND expires_at > $1";

/// Ends a session. Parameters: the present time, the session.
pub(crate) const END_SESSION: &str = "UPDATE sessions SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL";

/// Inserts a refresh token, once. Parameters: the hash, the session, the time of issue.
pub(crate) const INSERT_REFRESH_TOKEN: &str =
    "INSERT INTO refresh_tokens (hash, session, issued_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// Reads the settings of the workspace.
pub(crate) const READ_WORKSPACE: &str = "SELECT name, language, sign_up FROM workspace";

/// Writes the settings of the workspace. Parameters: name, language, sign-up policy.
pub(crate) const WRITE_WORKSPACE: &str = "INSERT INTO workspace (only_one, name, language, sign_up) VALUES (1, $1, $2, $3)
     ON CONFLICT (only_one) DO UPDATE SET name = excluded.name, language = excluded.language, sign_up = excluded.sign_up";

/// Returns whether an account owns the workspace. Parameter: the account.
pub(crate) const IS_WORKSPACE_OWNER: &str = "SELECT EXISTS (SELECT 1 FROM accounts WHERE id = $1 AND role = 'owner')";

/// Creates the projection of a partition, in the newest generation, unless it exists. Parameter: the partition.
pub(crate) const CREATE_PROJECTION: &str = "INSERT INTO projections (partition, generation, next_offset, window_floor)
     VALUES ($1, (SELECT coalesce(max(generation), 1) FROM projections), 0, 0) ON CONFLICT DO NOTHING";

/// Reads the projection of a partition. Parameter: the partition.
pub(crate) const READ_PROJECTION: &str =
    "SELECT generation, next_offset, checksum, window_floor FROM projections WHERE partition = $1";

/// Moves the position of a projection, if it is where the writer expects it and the writer holds the lease.
/// Parameters: next offset, checksum, window floor, partition, expected offset, holder.
pub(crate) const MOVE_PROJECTION: &str = "UPDATE projections SET next_offset = $1, checksum = $2, window_floor = $3
     WHERE partition = $4 AND next_offset = $5 AND lease_holder = $6 RETURNING generation";

/// Counts the messages of a channel up to a position. Parameters: the channel, the position.
pub(crate) const COUNT_MESSAGES_TO: &str =
    "SELECT n FROM events WHERE channel = $1 AND pos <= $2 ORDER BY pos DESC LIMIT 1";

/// Lists the heads of the channels of a partition. Parameter: the partition.
pub(crate) const LIST_HEADS: &str = "SELECT channel, pos, n, at FROM heads WHERE partition = $1";

/// Lists the positions of all partitions.
pub(crate) const LIST_POSITIONS: &str =
    "SELECT partition, generation, next_offset, checksum FROM projections ORDER BY partition";

/// Moves heads to the partitions that are left. Parameter: the number of partitions.
pub(crate) const REPARTITION_HEADS: &str = "UPDATE heads SET partition = partition % $1 WHERE partition >= $1";
