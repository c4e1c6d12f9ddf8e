/** What the help says about listening beyond this machine. */
export const LISTENING_HELP = `
Beyond loopback (--listen 0.0.0.0, for further nodes) every request still needs a token, but nothing is encrypted:
put a proxy with TLS in front, or keep it in a network that you trust.`;
