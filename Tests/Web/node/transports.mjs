// The transports that can be tested here, and the options that make a client use only one of them.
export const TRANSPORTS = ['sse', 'long-poll', 'poll', ...(globalThis.WebSocket ? ['ws'] : [])]

export const only = (transport) => ({ transports: [transport], pollInterval: 50 })
