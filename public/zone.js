// Says the reader's zone to the server, for the next page: it shows the right times before the WASM is there.
const minutes = -new Date().getTimezoneOffset();
document.cookie = `jimmy-zone=${minutes}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
