//! The reverse proxy that is shipped, `deploy/nginx.conf`: which headers it passes on to the servers.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread::sleep,
    time::{Duration, Instant},
};

use crate::process::Process;

/// Headers that every proxied location has to set, with their values.
const REQUIRED: [(&str, &str); 2] = [("host", "$http_host"), ("x-forwarded-for", "$proxy_add_x_forwarded_for")];
/// Time for nginx to start, and for a request to pass through it.
const PATIENCE: Duration = Duration::from_secs(10);

fn shipped() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace");
    std::fs::read_to_string(root.join("deploy/nginx.conf")).expect("deploy/nginx.conf")
}

/// The `proxy_set_header` lines that apply to each location with a `proxy_pass`. As in nginx, a block inherits those of the block
/// around it only if it has none of its own.
fn headers_of_locations(config: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    #[derive(Default)]
    struct Block {
        name: String,
        own: Option<BTreeMap<String, String>>,
        proxies: bool,
    }
    let mut found = BTreeMap::new();
    let mut open = vec![Block::default()];
    let code: String =
        config.lines().map(|line| line.split('#').next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    for part in code.split_inclusive(['{', '}', ';']) {
        let (text, end) = part.split_at(part.len() - 1);
        let words: Vec<&str> = text.split_whitespace().collect();
        match end {
            "{" => open.push(Block { name: words.join(" "), ..Block::default() }),
            ";" => {
                let block = open.last_mut().expect("a block");
                match *words {
                    ["proxy_set_header", name, value] => {
                        let value = value.trim_matches('"').to_owned();
                        block.own.get_or_insert_default().insert(name.to_lowercase(), value);
                    }
                    ["proxy_pass", ..] => block.proxies = true,
                    _ => {}
                }
            }
            "}" => {
                // Lines of an outer block may follow its inner blocks, so inner blocks are resolved when the outer one ends.
                let block = open.pop().expect("as many ends as beginnings");
                if block.proxies {
                    found.insert(block.name, block.own);
                } else if let Some(own) = block.own {
                    for headers in found.values_mut() {
                        headers.get_or_insert_with(|| own.clone());
                    }
                }
            }
            _ => {}
        }
    }
    assert_eq!(open.len(), 1, "each block ends");
    found.into_iter().map(|(name, headers)| (name, headers.unwrap_or_default())).collect()
}

#[test]
fn every_proxied_location_names_the_client() {
    let locations = headers_of_locations(&shipped());
    assert!(locations.len() >= 2, "pages and WebSockets: {locations:?}");
    for (location, headers) in locations {
        for (name, value) in REQUIRED {
            assert_eq!(headers.get(name).map(String::as_str), Some(value), "{location} sets {name}");
        }
    }
}

#[test]
fn a_location_with_own_headers_inherits_none() {
    let config = "http { server { location /own { proxy_pass http://a; proxy_set_header Upgrade $u; }
        location /none { proxy_pass http://a; } proxy_set_header Host $http_host; # x } } }
    }}";
    let found = headers_of_locations(config);
    let names = |location: &str| found[location].keys().map(String::as_str).collect::<Vec<_>>();
    assert_eq!((names("location /own"), names("location /none")), (vec!["upgrade"], vec!["host"]));
}

/// nginx with the shipped configuration. Only names, ports and folders differ.
struct Nginx {
    child: Child,
    port: u16,
}

impl Nginx {
    /// Starts it in front of `server`, or returns `None` on a machine that has no nginx.
    fn start(folder: &Path, server: u16) -> Option<Self> {
        // Bound and closed again.
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let place = |name: &str| folder.join(name).display().to_string();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {};", place(kind)))
            .join(" ");
        let config = shipped()
            .replace("listen 8080;", &format!("listen 127.0.0.1:{port};"))
            .replace("chat-a:3000", &format!("127.0.0.1:{server}"))
            .replace("chat-b:3000", &format!("127.0.0.1:{server}"))
            .replace("/tmp/nginx.pid", &place("pid"))
            .replace("access_log off;", &format!("access_log off; {temporary}"));
        std::fs::write(folder.join("nginx.conf"), config).expect("written");
        let program = ["/usr/sbin/nginx", "/usr/local/bin/nginx", "/opt/homebrew/bin/nginx"];
        let program = program.into_iter().find(|path| Path::new(path).exists())?;
        let child = Command::new(program)
            .args(["-p", &place(""), "-c", &place("nginx.conf"), "-g", "daemon off;"])
            .stdout(Stdio::null())
            .spawn()
            .expect("nginx starts");
        Some(Self { child, port })
    }

    /// Sends a request through it as soon as it listens.
    fn send(&self, request: &str) -> TcpStream {
        let since = Instant::now();
        loop {
            match TcpStream::connect(("127.0.0.1", self.port)) {
                Ok(mut stream) => {
                    stream.write_all(request.as_bytes()).expect("sent");
                    return stream;
                }
                Err(error) => assert!(since.elapsed() < PATIENCE, "nginx does not listen: {error}"),
            }
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // SIGTERM, so that the master ends its workers. A failure leaves nothing to do.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// Accepts connections and passes on the head of the first request of each.
fn record_heads() -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (heads, received) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let (mut head, mut piece) = (Vec::new(), [0; 1_024]);
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut piece) {
                    Ok(0) | Err(_) => break,
                    Ok(read) => head.extend_from_slice(&piece[..read]),
                }
            }
            // nginx may be gone by now, and so may the test.
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
            if heads.send(String::from_utf8_lossy(&head).to_lowercase()).is_err() {
                break;
            }
        }
    });
    (port, received)
}

#[test]
fn shipped_proxy_appends_the_address_it_sees() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, heads) = record_heads();
    let Some(nginx) = Nginx::start(folder.path(), server) else {
        eprintln!("skipped: nginx is not installed (scripts/need.sh nginx)");
        return;
    };
    for path in ["/", "/api/v1/sessions", "/ws", "/ws?server=a", "/ws?server=b", "/ws?server=gone"] {
        for (forged, appended) in [("", "127.0.0.1"), ("x-forwarded-for: 203.0.113.9\r\n", "203.0.113.9, 127.0.0.1")] {
            let upgrade = if path.starts_with("/ws") { "upgrade: websocket\r\nconnection: upgrade\r\n" } else { "" };
            let stream =
                nginx.send(&format!("GET {path} HTTP/1.1\r\nhost: chat.example.org:8443\r\n{forged}{upgrade}\r\n"));
            let head = heads.recv_timeout(PATIENCE).expect("the request reaches a server");
            drop(stream);
            assert!(head.contains("\r\nhost: chat.example.org:8443\r\n"), "{path}: {head}");
            assert!(head.contains(&format!("\r\nx-forwarded-for: {appended}\r\n")), "{path}: {head}");
            assert_eq!(head.contains("\r\nupgrade: websocket\r\n"), !upgrade.is_empty(), "{path}: {head}");
        }
    }
}

#[test]
fn warns_once_about_a_trusted_proxy_that_names_no_client() {
    let log_of = |trusted: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut process = Process::start(
            Path::new(env!("CARGO_BIN_EXE_jimmy-chat")),
            folder.path(),
            &[("JIMMY_TRUSTED_PROXY", trusted)],
        );
        let log = process.log();
        process.sign_up("ann");
        process.log_in("ann");
        process.signal("TERM");
        log.join().expect("read")
    };
    let warning = "X-Forwarded-For";
    let behind_proxy = log_of("127.0.0.1");
    let lines: Vec<&str> = behind_proxy.lines().filter(|line| line.contains(warning)).collect();
    assert!(matches!(*lines, [line] if line.contains("WARN") && line.contains("proxy=127.0.0.1")), "{behind_proxy}");
    let direct = log_of("127.0.0.9");
    assert!(!direct.contains(warning), "{direct}");
}
