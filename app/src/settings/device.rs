//! Names browsers by their `User-Agent`, so that users recognise their devices. Browsers claim to be other browsers, so the more
//! specific name is tried first.

/// A part of a `User-Agent`, and the name that it means.
type Names = &'static [(&'static str, &'static str)];

const BROWSERS: Names = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];

const SYSTEMS: Names = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

/// Most characters of a client's name that are shown.
const PROGRAM_CHARS_MAX: usize = 40;

/// Returns a name such as "Chrome · Windows", or that of a client such as "curl"; `None` for an agent without a name.
pub fn name_of(agent: &str) -> Option<String> {
    let find = |names: Names| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (find(BROWSERS), find(SYSTEMS)) {
        (Some(browser), Some(system)) => Some(format!("{browser} · {system}")),
        (Some(name), None) => Some(name.to_owned()),
        (None, system) => {
            let program = agent.split(['/', ' ']).next().filter(|name| !name.is_empty() && *name != "Mozilla");
            let program = program.map(|name| name.chars().take(PROGRAM_CHARS_MAX).collect::<String>());
            program.or_else(|| system.map(str::to_owned))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_browsers_and_clients() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (agent, name) in [
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/141.0.0.0 Safari/537.36"), "Chrome · Windows"),
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"), "Edge · Windows"),
            (format!("Mozilla/5.0 (Linux; Android 10; K) {webkit} Chrome/141.0.0.0 Mobile Safari/537.36"), "Chrome · Android"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15".into(), "Safari · macOS"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0 Mobile/15E148 Safari/604.1".into(), "Chrome · iPhone"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0".into(), "Firefox · Linux"),
            ("curl/8.14.1".into(), "curl"),
            ("my bot".into(), "my"),
        ] {
            assert_eq!(name_of(&agent).as_deref(), Some(name), "{agent}");
        }
        assert_eq!(name_of(""), None);
        assert_eq!(name_of("Mozilla/5.0"), None);
        assert_eq!(name_of(&"x".repeat(200)).map(|name| name.len()), Some(PROGRAM_CHARS_MAX));
    }
}
