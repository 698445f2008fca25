// Hostile texts.

/** Texts that would run a script or load something if they were HTML. */
export const HTML = [
  "<script>window.hit = 1</script>",
  '<img src="https://evil.example/x.png" onerror="window.hit = 1">',
  "<svg onload=window.hit=1><set attributeName=href to=javascript:window.hit=1>",
  "<svg><a><animate attributeName=href values=javascript:window.hit=1 /><text>x</text></a></svg>",
  "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=window.hit=1&gt;'>",
  '<math><annotation-xml encoding="text/html"><style><img src=x onerror=window.hit=1></style></annotation-xml></math>',
  '<iframe src="https://evil.example" srcdoc="<script>parent.hit = 1</script>"></iframe>',
  '<form action="https://evil.example"><input name=body autofocus onfocus=window.hit=1><button>x</button></form>',
  '<link rel=stylesheet href="https://evil.example/x.css"><style>body { display: none }</style><base href="https://evil.example">',
  '<a href="javascript:window.hit=1" style="position:fixed;inset:0">x</a><meta http-equiv=refresh content="0;url=https://evil.example">',
  "</p></div></article></main></template></script><script>window.hit = 1</script>",
  "<!-- --!> <![CDATA[ ]]> {{constructor.constructor('window.hit=1')()}} ${window.hit=1}",
  "&lt;script&gt;window.hit=1&lt;/script&gt; &#60;b&#62;",
  "line\u2028separator\u2029paragraph </script><script>window.hit = 1</script>",
  "```<script>\nwindow.hit = 1\n```",
  '```"><img/onerror=window.hit=1>\ncode\n```',
  "```html\n<script>window.hit = 1</script>\n```",
  "`<img src=x onerror=window.hit=1>`",
  "> <script>window.hit = 1</script>\n> - <b onclick=window.hit=1>x</b>",
  "- <details open ontoggle=window.hit=1>\n  - <video><source onerror=window.hit=1></video>",
  "**<img src=x onerror=window.hit=1>**",
  '[<img src=x onerror="window.hit=1">](https://example.org/"onmouseover="window.hit=1)',
  '![x](https://evil.example/x.png"onload="window.hit=1)',
  'https://example.org/"onmouseover="window.hit=1" autofocus onfocus="window.hit=1',
];

/** Addresses that must not become links. */
export const UNSAFE = [
  "[x](javascript:window.hit=1)",
  "[x](JAVASCRIPT:window.hit=1)",
  "[x]( java\tscript:window.hit=1)",
  "[x](java%0ascript:window.hit=1)",
  "[x](&#106;avascript:window.hit=1)",
  "[x](data:text/html,<script>window.hit=1</script>)",
  "[x](vbscript:x)",
  "[x](file:///etc/passwd)",
  "[x](blob:x)",
  "[x](//evil.example)",
  "[x](/do/log_out)",
  "javascript:window.hit=1",
  "[x](https://bank.example@evil.example)",
  "[x](https://bank.example\\@evil.example)",
];

/** Texts that make a careless parser slow, or its recursion deep. */
export const BOMBS = [
  "> ".repeat(3_999) + "x",
  "[".repeat(8_000),
  "[a](".repeat(2_000),
  "*".repeat(8_000),
  "**a *b ".repeat(1_142),
  "*a ".repeat(1_333) + " a*".repeat(1_333),
  "`".repeat(7_999) + "x",
  "- a\n  - b\n".repeat(800).trim(),
  "| a | b |\n".repeat(800).trim(),
  "http://".repeat(1_142),
  "*a* ".repeat(1_999) + "end",
  "w".repeat(8_000),
  "字".repeat(8_000),
];
