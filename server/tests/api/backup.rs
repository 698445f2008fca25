//! A back-up that is taken under load: it holds what was acknowledged before it, it starts, and a pair that does not
//! belong together is refused with a sentence.

use std::{path::Path, process::Command, time::Duration};

use domain::{
    api::{History, Posted},
    ids::MessageId,
};

use crate::server::{Server, Socket, User};

/// Messages that each user sends while the copies are made.
const SAID: usize = 1_500;

fn backup(data: &Path, to: &Path) -> Result<String, String> {
    let done = Command::new(env!("CARGO_BIN_EXE_jimmy-chat"))
        .args(["backup", to.to_str().expect("text"), "--data", data.to_str().expect("text")])
        .output()
        .expect("it runs");
    match done.status.success() {
        true => Ok(String::from_utf8_lossy(&done.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&done.stderr).into_owned()),
    }
}

fn texts(person: &User<'_>, hall: &domain::ids::ChannelId) -> Vec<String> {
    let (mut texts, mut to) = (Vec::new(), 0);
    loop {
        let page: History = person.read(hall, &format!("?limit=100&after={to}"));
        assert_eq!(page.from.number(), to, "pages join");
        let said = |event: &domain::event::Event| Some(event.message()?.body.as_str().to_owned());
        texts.extend(page.events.iter().filter_map(said));
        to = page.to.number();
        if !page.has_newer {
            return texts;
        }
    }
}

#[test]
fn backup_of_a_busy_server_holds_earlier_acks() {
    let server = Server::start_with(&["--no-rate-limits"], tempfile::tempdir().expect("a folder"));
    let ann = server.sign_up("ann");
    let hall = ann.hall().id;
    let before = ann.say(&hall, MessageId::generate(), "before").json::<Posted>().pos;
    let to = tempfile::tempdir().expect("a folder");
    let copies: Vec<_> = (0..3).map(|copy| to.path().join(copy.to_string())).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut socket = Socket::open(&server, &[("authorization", &ann.bearer())]).expect("it opens");
            socket.resume(&[]);
            for number in 0..SAID {
                socket.say(&hall, MessageId::generate(), &number.to_string());
                if number % 100 == 99 {
                    for _ in 0..100 {
                        socket.ack();
                    }
                }
            }
        });
        for copy in &copies {
            backup(server.data.path(), copy).expect("a back-up");
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    for copy in &copies {
        let restored = Server::start_in(copy);
        // The key is in the back-up: sessions stay valid.
        let ann = User { server: &restored, origin: restored.origin.clone(), session: ann.session.clone() };
        let texts = texts(&ann, &hall);
        assert_eq!(texts[0], "before", "{before}");
        let numbers: Vec<String> = (0..texts.len() - 1).map(|number| number.to_string()).collect();
        assert_eq!(texts[1..], numbers, "a complete prefix of the messages, in order");
        assert_eq!(ann.say(&hall, MessageId::generate(), "it goes on").status, 201);
    }
}

#[test]
fn backup_needs_a_data_folder_and_an_empty_target() {
    let data = Server::start().stop();
    let to = tempfile::tempdir().expect("a folder");
    std::fs::write(to.path().join("something"), "else").expect("written");
    assert!(backup(data.path(), to.path()).expect_err("refused").contains("is not empty"));
    let nowhere = tempfile::tempdir().expect("a folder");
    let new = to.path().join("new");
    let refused = backup(nowhere.path(), &new).expect_err("refused");
    assert!(refused.contains("there is no jimmy.db"), "{refused}");
    assert!(!new.exists(), "what is no back-up does not look like one");
    std::fs::write(data.path().join("log.db"), "no database at all, but long enough to be taken for one".repeat(100))
        .expect("written");
    std::fs::create_dir(&new).expect("made");
    let refused = backup(data.path(), &new).expect_err("refused");
    assert!(refused.contains("log.db cannot be copied"), "{refused}");
    assert_eq!(std::fs::read_dir(&new).expect("the operator's own stays").count(), 0, "{refused}");
}

#[test]
fn refuses_a_database_newer_than_its_log() {
    let server = Server::start();
    let ann = server.sign_up("ann");
    let hall = ann.hall().id;
    ann.say(&hall, MessageId::generate(), "one");
    let to = tempfile::tempdir().expect("a folder");
    let copy = to.path().join("old");
    backup(server.data.path(), &copy).expect("a back-up");
    (0..5).for_each(|_| drop(ann.say(&hall, MessageId::generate(), "more")));
    let data = server.stop();
    std::fs::copy(copy.join("log.db"), data.path().join("log.db")).expect("exchanged");
    let refused = Command::new(env!("CARGO_BIN_EXE_jimmy-chat"))
        .args(["--listen", "127.0.0.1:0", "--data", data.path().to_str().expect("text")])
        .output()
        .expect("it runs");
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("one of the two was exchanged or restored alone"), "{said}");
}
