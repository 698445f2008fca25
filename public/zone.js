// Reports the user's time zone to the server, so that the next page shows the right times before the WASM runs.
const minutes = -new Date().getTimezoneOffset();
document.cookie = `jimmy-zone=${minutes}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
