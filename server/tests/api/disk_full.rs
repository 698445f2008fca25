//! A full disk: sends are refused, reading works, no acknowledged message is lost, and sending
//! works again once there is room, without a restart. Needs a small file system of its own, and so the right to mount one.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use domain::{
    api::Posted,
    ids::{MessageId, Pos},
};

use crate::server::{Server, User};

/// A small file system in memory, unmounted at the end.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(at: &'a Path) -> Option<Self> {
        std::fs::create_dir(at).expect("a folder");
        mount(&["-t", "tmpfs", "-o", "size=6m", "tmpfs"], at).then_some(Self(at))
    }

    fn grow(&self) {
        assert!(mount(&["-o", "remount,size=64m"], self.0));
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

fn mount(arguments: &[&str], at: &Path) -> bool {
    let mut command = Command::new("mount");
    command.args(arguments).arg(at).stderr(std::process::Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[test]
fn full_disk_refuses_sends_keeps_acked_and_recovers() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("disk");
    let Some(disk) = SmallDisk::mount(&at) else {
        println!("skipped: a small file system cannot be mounted here");
        return;
    };
    let server = Server::start_in(&at.join("data"));
    let people: Vec<User<'_>> = (0..6).map(|number| server.sign_up(&format!("person{number}"))).collect();
    let hall = people[0].hall().id;
    let body = "x".repeat(8_000);

    let mut acked: Vec<(MessageId, Pos)> = Vec::new();
    let refused = people.iter().cycle().take(6 * 55).find_map(|person| {
        let id = MessageId::generate();
        let answer = person.say(&hall, id, &body);
        match answer.status {
            201 => acked.push((id, answer.json::<Posted>().pos)),
            _ => return Some(answer.code()),
        }
        None
    });
    assert_eq!(refused.as_deref(), Some("storage_full"), "after {} messages", acked.len());
    assert!(!people[1].read(&hall, "").events.is_empty(), "reading works");

    disk.grow();
    let since = Instant::now();
    while people[2].say(&hall, MessageId::generate(), "there is space again").status != 201 {
        assert!(since.elapsed() < Duration::from_secs(20), "it recovers by itself");
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut read = Vec::new();
    let mut page = people[3].read(&hall, "?limit=100&after=0");
    loop {
        read.extend(page.events.iter().filter_map(|event| Some((event.message()?.id, event.pos))));
        if !page.has_newer {
            break;
        }
        page = people[3].read(&hall, &format!("?limit=100&after={}", page.to));
    }
    assert_eq!(read[..acked.len()], acked, "each once, at its position");
    drop(server);
}
