// Generated from openapi.yaml by `npm run generate`. Do not edit.

export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process alive? */
        get: operations["checkHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Should this instance be sent requests?
         * @description Not while a background loop of the store has stopped or its server is away, nor once shutdown has begun. One node of a quorum that is away is listed with `ok: false`, and the instance is ready as long as a majority votes. Risks that were accepted by name are listed with what they cost.
         */
        get: operations["checkReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/problems/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Explain a kind of problem */
        get: operations["explainProblem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Describe the service
         * @description Name, version, features, its store with the risks that are run there, and every limit.
         */
        get: operations["describeService"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a session
         * @description Answers for any well-formed key, also for a session that nobody has named yet.
         */
        get: operations["inspectSession"];
        /**
         * Take a lease on a session
         * @description Grants the session to this lease id, waits for it up to `waitMs`, or says who holds it. Safe to repeat with the same lease id: the same grant, one fencing token. A repeat neither extends nor confirms a lease. A `yieldRequest` with `graceMs` needs the scope `preempt` besides.
         */
        put: operations["acquireLease"];
        post?: never;
        /**
         * Release a lease
         * @description Ends the lease of this id, or its wait. Safe to repeat. An id that was never seen is recorded as ended, so that an acquire which arrives late is answered `lease-ended`.
         */
        delete: operations["releaseLease"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{session}/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Renew a lease
         * @description Extends the lease by its TTL, confirms an offer, and tells whether somebody waits or asks to yield. It never revives an ended lease.
         */
        post: operations["renewLease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/heartbeats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Renew many leases
         * @description Renews up to 1,000 leases, each by its own lease id. Session keys are plain here, not percent-encoded.
         */
        post: operations["sendHeartbeats"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List live leases
         * @description In byte order of the session key. A page may be short, or empty, and still have a `nextCursor`: go on until there is none.
         */
        get: operations["listLeases"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{session}/yield": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask the holder to yield
         * @description The holder learns of it by event and with its next renewal. With `graceMs` the lease ends after that span or at its current expiry, whichever is later; of several requests the earliest end wins. It needs the scope `preempt` besides.
         */
        post: operations["askToYield"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{session}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a lease
         * @description Ends the lease at once and serves the next waiter. The former holder may believe for a moment longer that it holds: this is the one act that shortens what a holder was promised.
         */
        post: operations["revokeLease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{session}/fence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Judge a fencing token
         * @description Right, or `unknown`, and `unknown` counts as stale. It is true of the moment it was computed: only a check at the resource, in the step that writes, fences.
         */
        get: operations["checkFencingToken"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replies/{session}/{replyId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a reply
         * @description The one answer that has the payload. A delivered reply is remembered for 7 days, and has none any more.
         */
        get: operations["readReply"];
        /**
         * Park a reply
         * @description Keeps a finished reply, durably, until it is delivered, dead or discarded. It needs no live lease: a holder that lost its lease parks under the fencing token that it had. Safe to repeat: the same payload and content type (the same compact JSON, its members in the same order) under the same id are the same reply, which keeps its first token and terms; only `committed` may rise.
         */
        put: operations["parkReply"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List replies
         * @description Replies of all sessions, by the time when each is due (those that are settled, when they were), then by session key. Without payloads. With `due=true`, those that a courier may take now. A page may be short, or empty, and still have a `nextCursor`: go on until there is none.
         */
        get: operations["listReplies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replies/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the replies of a session
         * @description In delivery order: by fencing token, then by sequence, then by parking. Without payloads. Answers for any well-formed key, also for a session that nobody has named yet.
         */
        get: operations["listSessionReplies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replies/{session}/{replyId}/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin or settle an attempt
         * @description The live holder takes the reply that comes next with `sending`, delivers it, and says what came of it: `delivered`, `failed` (parked again, due after a back-off; dead if `permanent`) or `unknown`. Safe to repeat. `delivered` is believed also after the lease has ended, while no newer attempt has begun. A lease that ends in the midst leaves the reply `unknown`.
         */
        post: operations["recordAttempt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replies/{session}/{replyId}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay a reply
         * @description A dead, superseded or unknown reply is parked again: due now, its back-off from the start, and its whole life before it. One that is parked already stays as it is. For the live holder, by its `Lease-Id` (scope `replies`), and for operators, without one (scope `admin`).
         */
        post: operations["replayReply"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replies/{session}/{replyId}/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Discard a reply
         * @description A parked, unknown or dead reply is `superseded`, with the reason, and remembered for 7 days; until then it can be replayed. One that is superseded already stays as it is. For the live holder, by its `Lease-Id` (scope `replies`), and for operators, without one (scope `admin`).
         */
        post: operations["discardReply"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch events
         * @description Server-sent events: `granted`, `ended`, `waiting`, `left`, `yield-asked`, `parked`, `reply-state`, each with `data: {session, holder, fencingToken, waitedMs?, endedBecause?, heldForMs?, replyId?, state?}`; renewals give none. `waiting`, `left` and `yield-asked` carry the name of the lease holder, whoever caused them. `parked` and `reply-state` have `replyId` and the new `state`, and carry holder and fencing token of whoever parked the reply; never its payload. A reader that comes back with `Last-Event-ID` gets what it missed; where that is not known any more, an event `reset` comes first. The stream opens with an id to come back with. Comments keep it alive. It ends soon after its key was revoked. A reader that falls too far behind is cut off.
         */
        get: operations["watchEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics
         * @description In the text format of Prometheus. Gauges are of the whole store, counters and histograms of this instance. No label is a session, a holder or a namespace.
         */
        get: operations["scrapeMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AcquireRequest: {
            /**
             * @description Who asks, in words an operator can read. It grants no authority.
             * @example gateway-2/pid 71
             */
            holder: string;
            /** @description How long the lease lives without a renewal. */
            ttlMs?: number;
            /** @description How long to wait for a held session. 0, the default, does not wait and takes no place in the queue. */
            waitMs?: number;
            /** @description Do not wait if so many of the same class wait already. */
            maxWaiters?: number;
            /** @description Waits behind the foreground, and is asked to yield to it. False unless given. */
            background?: boolean;
            /** @description Ends the lease however often it is renewed. 14400000 unless given. */
            maxHoldMs?: number;
            /** @description Ask whoever holds the session to give it up. */
            yieldRequest?: {
                /**
                 * @description Why, in words.
                 * @example a newer message has arrived
                 */
                reason?: string;
                /** @description With it, renewals no longer extend the lease past this span or its current expiry, whichever is later. */
                graceMs?: number;
            };
            /**
             * @description Any JSON object of at most 4096 bytes. Durable, and handed to the next holder as `previous.metadata`.
             * @example {
             *       "draftMessageId": "om_8f2"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
        };
        RenewRequest: {
            /** @description How long the lease lives without a renewal. */
            ttlMs?: number;
            /**
             * @description Any JSON object of at most 4096 bytes. Durable, and handed to the next holder as `previous.metadata`.
             * @example {
             *       "draftMessageId": "om_8f2"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
        };
        HeartbeatsRequest: {
            /** @description The leases to renew. The answer has one result for each, in the same order. */
            leases: {
                /**
                 * @description The session key, plain.
                 * @example agent:main:feishu:group:oc_1
                 */
                session: string;
                /** @description The lease id that this client minted: 22 to 128 of `A-Za-z0-9_-`. Secret. */
                leaseId: string;
                /** @description How long the lease lives without a renewal. */
                ttlMs?: number;
            }[];
        };
        YieldRequest: {
            /**
             * @description Who asks for this.
             * @example operator anna
             */
            by: string;
            /**
             * @description Why, in words.
             * @example a newer message has arrived
             */
            reason?: string;
            /** @description With it, renewals no longer extend the lease past this span or its current expiry, whichever is later. */
            graceMs?: number;
        };
        RevokeRequest: {
            /**
             * @description Who asks for this.
             * @example operator anna
             */
            by: string;
            /**
             * @description Why, in words.
             * @example a newer message has arrived
             */
            reason: string;
        };
        ParkRequest: {
            /**
             * @description Strictly increasing, one per grant: what the resource compares.
             * @example 1760000000000001
             */
            fencingToken: number;
            /**
             * @description Who asks, in words an operator can read. It grants no authority.
             * @example gateway-2/pid 71
             */
            holder: string;
            /**
             * @description The reply itself: any JSON value, at most 262144 bytes as compact JSON and 200 levels deep; with another content type a string, at most 262144 bytes of UTF-8. Numbers are kept as 64-bit floating point.
             * @example {
             *       "text": "Here is what I found."
             *     }
             */
            payload: unknown;
            /** @description Orders the replies of one fencing token. One without comes after those that have one, in order of parking. */
            sequence?: number;
            /** @description Whether the transcript has the reply. Once true it stays true. */
            committed?: boolean;
            /**
             * @description A media type. `application/json` unless given: the payload is any JSON value. With any other, the payload is a string, its text.
             * @example application/json
             */
            contentType?: string;
            /**
             * @description Why, in words.
             * @example a newer message has arrived
             */
            reason?: string;
            /** @description How long it may stay undelivered before it is dead. 86400000 unless given. */
            expiresInMs?: number;
        };
        AttemptRequest: {
            /** @description The number of the attempt: `attempts` + 1 with `sending`, `attempts` with every other outcome. */
            attempt: number;
            /**
             * @description `sending`: the attempt begins. `delivered`, `failed`, `unknown` (sent, and the answer was lost): what came of it.
             * @enum {string}
             */
            outcome: "sending" | "delivered" | "failed" | "unknown";
            /** @description Whether the transcript has the reply. Once true it stays true. */
            committed?: boolean;
            /**
             * @description What went wrong, in words: at most 2048 bytes of UTF-8. Not with `sending`.
             * @example 429 from the channel
             */
            error?: string;
            /** @description Only with `failed`: the next attempt is due after this span, or after the back-off, whichever is longer. */
            retryAfterMs?: number;
            /** @description Only with `failed`: no further attempt can succeed, and the reply is dead. False unless given. */
            permanent?: boolean;
        };
        ReplayRequest: {
            /**
             * @description Why, in words.
             * @example a newer message has arrived
             */
            reason: string;
        };
        DiscardRequest: {
            /**
             * @description Why, in words.
             * @example a newer message has arrived
             */
            reason: string;
        };
        Grant: {
            /**
             * @description The session key, plain.
             * @example agent:main:feishu:group:oc_1
             */
            session: string;
            /**
             * @description The holder of the lease.
             * @example gateway-2/pid 71
             */
            holder: string;
            /**
             * @description Strictly increasing, one per grant: what the resource compares.
             * @example 1760000000000001
             */
            fencingToken: number;
            /** @description How long the lease lives after a renewal. */
            ttlMs: number;
            /** @description How long the lease still lives, counted when the answer was computed. */
            remainingMs: number;
            /** @description Renew after this span. 0 for an offer: confirm it now. */
            renewAfterMs: number;
            /** @description Present while the lease is an offer: renew it within this span, or it lapses. */
            confirmWithinMs?: number;
            /** @description How long this request waited, by the clock of the store. */
            waitedMs: number;
            /** @description Replies of the session that are not delivered yet. */
            parkedReplies: number;
            /** @description The lease before this one. Absent means unknown, never unchanged. */
            previous?: {
                /**
                 * @description The holder of the lease.
                 * @example gateway-2/pid 71
                 */
                holder: string;
                /**
                 * @description Strictly increasing, one per grant: what the resource compares.
                 * @example 1760000000000001
                 */
                fencingToken: number;
                /**
                 * @description Why the lease ended.
                 * @enum {string}
                 */
                endedBecause: "released" | "expired" | "preempted" | "revoked" | "max-hold";
                /** @description How long ago it ended. */
                endedMsAgo: number;
                /**
                 * @description Any JSON object of at most 4096 bytes. Durable, and handed to the next holder as `previous.metadata`.
                 * @example {
                 *       "draftMessageId": "om_8f2"
                 *     }
                 */
                metadata?: {
                    [key: string]: unknown;
                };
            };
        };
        Renewal: {
            /**
             * @description Strictly increasing, one per grant: what the resource compares.
             * @example 1760000000000001
             */
            fencingToken: number;
            /** @description How long the lease lives after a renewal. */
            ttlMs: number;
            /** @description How long the lease still lives, counted when the answer was computed. */
            remainingMs: number;
            /** @description Renew after this span. 0 for an offer: confirm it now. */
            renewAfterMs: number;
            /** @description How many wait for the session. */
            waiters: number;
            /** @description Replies of the session that are not delivered yet. */
            parkedReplies: number;
            /** @description The holder is asked to give the session up. */
            yieldRequest?: {
                /** @description Who asked. */
                by: string;
                /** @description Why. */
                reason?: string;
                /** @description With a grace: when the lease will end. */
                remainingMs?: number;
            };
        };
        HeartbeatResults: {
            /** @description One for each lease of the request, in its order. `held` has the members of a renewal, `lost` those of the problem `lease-lost`. */
            results: {
                /**
                 * @description `held`: renewed. `lost`: it has ended. `not-found`: no such lease. `unknown`: no verdict, try again until the local deadline.
                 * @enum {string}
                 */
                status: "held" | "lost" | "not-found" | "unknown";
                /**
                 * @description Strictly increasing, one per grant: what the resource compares.
                 * @example 1760000000000001
                 */
                fencingToken?: number;
                /** @description How long the lease lives after a renewal. */
                ttlMs?: number;
                /** @description How long the lease still lives, counted when the answer was computed. */
                remainingMs?: number;
                /** @description Renew after this span. 0 for an offer: confirm it now. */
                renewAfterMs?: number;
                /** @description How many wait for the session. */
                waiters?: number;
                /** @description Replies of the session that are not delivered yet. */
                parkedReplies?: number;
                /** @description The holder is asked to give the session up. */
                yieldRequest?: {
                    /** @description Who asked. */
                    by: string;
                    /** @description Why. */
                    reason?: string;
                    /** @description With a grace: when the lease will end. */
                    remainingMs?: number;
                };
                /**
                 * @description Strictly increasing, one per grant: what the resource compares.
                 * @example 1760000000000001
                 */
                currentToken?: number;
                /**
                 * @description Why the lease ended.
                 * @enum {string}
                 */
                endedBecause?: "released" | "expired" | "preempted" | "revoked" | "max-hold";
                /** @description Who took over. */
                successor?: {
                    /**
                     * @description The holder of the lease.
                     * @example gateway-2/pid 71
                     */
                    holder: string;
                };
            }[];
        };
        SessionState: {
            /**
             * @description The session key, plain.
             * @example agent:main:feishu:group:oc_1
             */
            session: string;
            /** @description Whether a lease is live. The members of the lease are present only then. */
            held: boolean;
            /**
             * @description The holder of the lease.
             * @example gateway-2/pid 71
             */
            holder?: string;
            /**
             * @description Strictly increasing, one per grant: what the resource compares.
             * @example 1760000000000001
             */
            fencingToken?: number;
            /** @description How long the lease lives after a renewal. */
            ttlMs?: number;
            /** @description How long the lease still lives, counted when the answer was computed. */
            remainingMs?: number;
            /** @description How long it has been held. */
            heldForMs?: number;
            /** @description How long ago it was renewed, or granted. */
            lastRenewedMsAgo?: number;
            /**
             * @description Any JSON object of at most 4096 bytes. Durable, and handed to the next holder as `previous.metadata`.
             * @example {
             *       "draftMessageId": "om_8f2"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /** @description The holder is asked to give the session up. */
            yieldRequest?: {
                /** @description Who asked. */
                by: string;
                /** @description Why. */
                reason?: string;
                /** @description With a grace: when the lease will end. */
                remainingMs?: number;
            };
            /** @description Who waits, in the order in which they will be served. */
            waiters: {
                /**
                 * @description The holder of the lease.
                 * @example gateway-2/pid 71
                 */
                holder: string;
                /** @description Since its ticket was taken. */
                waitedMs: number;
                background: boolean;
            }[];
            /** @description Replies of the session that are not delivered yet. */
            parkedReplies: number;
            /** @description The lease before this one. Absent means unknown, never unchanged. */
            previous?: {
                /**
                 * @description The holder of the lease.
                 * @example gateway-2/pid 71
                 */
                holder: string;
                /**
                 * @description Strictly increasing, one per grant: what the resource compares.
                 * @example 1760000000000001
                 */
                fencingToken: number;
                /**
                 * @description Why the lease ended.
                 * @enum {string}
                 */
                endedBecause: "released" | "expired" | "preempted" | "revoked" | "max-hold";
                /** @description How long ago it ended. */
                endedMsAgo: number;
                /**
                 * @description Any JSON object of at most 4096 bytes. Durable, and handed to the next holder as `previous.metadata`.
                 * @example {
                 *       "draftMessageId": "om_8f2"
                 *     }
                 */
                metadata?: {
                    [key: string]: unknown;
                };
            };
        };
        LeaseList: {
            /** @description Live leases, in byte order of the session key. */
            leases: {
                /**
                 * @description The session key, plain.
                 * @example agent:main:feishu:group:oc_1
                 */
                session: string;
                /**
                 * @description The holder of the lease.
                 * @example gateway-2/pid 71
                 */
                holder: string;
                /**
                 * @description Strictly increasing, one per grant: what the resource compares.
                 * @example 1760000000000001
                 */
                fencingToken: number;
                /** @description How long the lease lives after a renewal. */
                ttlMs: number;
                /** @description How long the lease still lives, counted when the answer was computed. */
                remainingMs: number;
                /** @description How long it has been held. */
                heldForMs: number;
                /** @description How long ago it was renewed, or granted. */
                lastRenewedMsAgo: number;
                /**
                 * @description Any JSON object of at most 4096 bytes. Durable, and handed to the next holder as `previous.metadata`.
                 * @example {
                 *       "draftMessageId": "om_8f2"
                 *     }
                 */
                metadata?: {
                    [key: string]: unknown;
                };
                /** @description The holder is asked to give the session up. */
                yieldRequest?: {
                    /** @description Who asked. */
                    by: string;
                    /** @description Why. */
                    reason?: string;
                    /** @description With a grace: when the lease will end. */
                    remainingMs?: number;
                };
                /** @description How many wait for the session. */
                waiters: number;
                /** @description Replies of the session that are not delivered yet. */
                parkedReplies: number;
            }[];
            /** @description Present when there may be more. A page may be short, or empty, and still have it. */
            nextCursor?: string;
        };
        YieldAnswer: {
            /**
             * @description The session key, plain.
             * @example agent:main:feishu:group:oc_1
             */
            session: string;
            /**
             * @description The holder of the lease.
             * @example gateway-2/pid 71
             */
            holder: string;
            /** @description The holder is asked to give the session up. */
            yieldRequest: {
                /** @description Who asked. */
                by: string;
                /** @description Why. */
                reason?: string;
                /** @description With a grace: when the lease will end. */
                remainingMs?: number;
            };
        };
        RevokeAnswer: {
            /**
             * @description The session key, plain.
             * @example agent:main:feishu:group:oc_1
             */
            session: string;
            /**
             * @description The holder of the lease.
             * @example gateway-2/pid 71
             */
            holder: string;
            /**
             * @description Strictly increasing, one per grant: what the resource compares.
             * @example 1760000000000001
             */
            fencingToken: number;
            /**
             * @description Why the lease ended.
             * @enum {string}
             */
            endedBecause: "released" | "expired" | "preempted" | "revoked" | "max-hold";
        };
        FenceVerdict: {
            /**
             * @description The session key, plain.
             * @example agent:main:feishu:group:oc_1
             */
            session: string;
            /**
             * @description Right, or `unknown`.
             * @enum {string}
             */
            verdict: "current" | "ended" | "superseded" | "unknown";
            /** @description True unless the token is the live one. `unknown` counts as stale. */
            stale: boolean;
            /**
             * @description Strictly increasing, one per grant: what the resource compares.
             * @example 1760000000000001
             */
            currentToken?: number;
            /**
             * @description Why the lease ended.
             * @enum {string}
             */
            endedBecause?: "released" | "expired" | "preempted" | "revoked" | "max-hold";
        };
        Reply: {
            /**
             * @description The session key, plain.
             * @example agent:main:feishu:group:oc_1
             */
            session: string;
            /**
             * @description Names a reply within its session, for good: 1 to 128 of `A-Za-z0-9._~-`, not `.` or `..`, chosen by whoever parks it. What the receiver deduplicates by.
             * @example turn-42
             */
            replyId: string;
            /**
             * @description Strictly increasing, one per grant: what the resource compares.
             * @example 1760000000000001
             */
            fencingToken: number;
            /** @description Orders the replies of one fencing token. One without comes after those that have one, in order of parking. */
            sequence?: number;
            /**
             * @description Who parked it.
             * @example gateway-2/pid 71
             */
            holder: string;
            /**
             * @description `parked`: waits for an attempt. `sending`: an attempt is under way. `unknown`: sent, and whether it arrived is not known. `dead`: refused for good, or too old. `delivered`. `superseded`: discarded.
             * @enum {string}
             */
            state: "parked" | "sending" | "unknown" | "dead" | "delivered" | "superseded";
            /** @description Whether the transcript has the reply. Once true it stays true. */
            committed: boolean;
            /** @description Attempts to deliver it that were begun. */
            attempts: number;
            /** @description An earlier attempt may have arrived. A repeat goes out under the same reply id. */
            maybeDelivered: boolean;
            /** @description While it is undelivered: when the courier may attempt it. The live holder need not wait for it. */
            dueInMs?: number;
            /** @description How long ago it was parked. */
            parkedMsAgo: number;
            /** @description While it is undelivered: when it will be dead. */
            expiresInMs?: number;
            /** @description How long ago it became dead, delivered or superseded. */
            settledMsAgo?: number;
            /** @description What went wrong with the last attempt that said so. */
            lastError?: string;
            /** @description Why it is in its state. */
            reason?: string;
            /** @description Size of the payload: of its compact JSON, or of its text in UTF-8. */
            payloadBytes: number;
            /**
             * @description A media type. `application/json` unless given: the payload is any JSON value. With any other, the payload is a string, its text.
             * @example application/json
             */
            contentType: string;
        };
        /** @description A delivered reply has no payload any more. */
        ReplyWithPayload: {
            /**
             * @description The session key, plain.
             * @example agent:main:feishu:group:oc_1
             */
            session: string;
            /**
             * @description Names a reply within its session, for good: 1 to 128 of `A-Za-z0-9._~-`, not `.` or `..`, chosen by whoever parks it. What the receiver deduplicates by.
             * @example turn-42
             */
            replyId: string;
            /**
             * @description Strictly increasing, one per grant: what the resource compares.
             * @example 1760000000000001
             */
            fencingToken: number;
            /** @description Orders the replies of one fencing token. One without comes after those that have one, in order of parking. */
            sequence?: number;
            /**
             * @description Who parked it.
             * @example gateway-2/pid 71
             */
            holder: string;
            /**
             * @description `parked`: waits for an attempt. `sending`: an attempt is under way. `unknown`: sent, and whether it arrived is not known. `dead`: refused for good, or too old. `delivered`. `superseded`: discarded.
             * @enum {string}
             */
            state: "parked" | "sending" | "unknown" | "dead" | "delivered" | "superseded";
            /** @description Whether the transcript has the reply. Once true it stays true. */
            committed: boolean;
            /** @description Attempts to deliver it that were begun. */
            attempts: number;
            /** @description An earlier attempt may have arrived. A repeat goes out under the same reply id. */
            maybeDelivered: boolean;
            /** @description While it is undelivered: when the courier may attempt it. The live holder need not wait for it. */
            dueInMs?: number;
            /** @description How long ago it was parked. */
            parkedMsAgo: number;
            /** @description While it is undelivered: when it will be dead. */
            expiresInMs?: number;
            /** @description How long ago it became dead, delivered or superseded. */
            settledMsAgo?: number;
            /** @description What went wrong with the last attempt that said so. */
            lastError?: string;
            /** @description Why it is in its state. */
            reason?: string;
            /** @description Size of the payload: of its compact JSON, or of its text in UTF-8. */
            payloadBytes: number;
            /**
             * @description A media type. `application/json` unless given: the payload is any JSON value. With any other, the payload is a string, its text.
             * @example application/json
             */
            contentType: string;
            /**
             * @description The reply itself: any JSON value, at most 262144 bytes as compact JSON and 200 levels deep; with another content type a string, at most 262144 bytes of UTF-8. Numbers are kept as 64-bit floating point.
             * @example {
             *       "text": "Here is what I found."
             *     }
             */
            payload?: unknown;
        };
        ReplyList: {
            replies: components["schemas"]["Reply"][];
            /** @description Present when there may be more. A page may be short, or empty, and still have it. */
            nextCursor?: string;
        };
        About: {
            /** @description Always `holdfast`. */
            name: string;
            version: string;
            /** @description What this version can do. */
            features: string[];
            /** @description Names the state behind this instance. Instances of one service share it. */
            storeId: string;
            store: {
                /**
                 * @description Where leases and replies live.
                 * @enum {string}
                 */
                kind: "embedded" | "redis" | "quorum";
                /** @description Risks of this very store that its operator accepted by name. */
                acceptedRisks: {
                    /** @description The name under which it was accepted. */
                    name: string;
                    /** @description What it costs. */
                    cost: string;
                }[];
            };
            limits: {
                /** @description Smallest TTL. */
                ttlMsMin: number;
                /** @description Largest TTL. */
                ttlMsMax: number;
                /** @description Longest wait of one request. */
                waitMsMax: number;
                /** @description Largest max hold. */
                maxHoldMsMax: number;
                /** @description Largest grace of a yield request. */
                graceMsMax: number;
                /** @description Waiters of one session. */
                waitersMax: number;
                /** @description Leases in one heartbeat request. */
                heartbeatsMax: number;
                /** @description Bytes of a session key. */
                sessionKeyBytesMax: number;
                /** @description Characters of a holder. */
                holderCharsMax: number;
                /** @description Characters of a reason. */
                reasonCharsMax: number;
                /** @description Bytes of metadata, as JSON. */
                metadataBytesMax: number;
                /** @description Bytes of a body. */
                bodyBytesMax: number;
                /** @description Bytes of a heartbeat request. */
                heartbeatsBodyBytesMax: number;
                /** @description Bytes of a request that parks a reply. */
                parkBodyBytesMax: number;
                /** @description Bytes of the payload of a reply. */
                payloadBytesMax: number;
                /** @description Levels of the payload of a reply. */
                payloadDepthMax: number;
                /** @description Undelivered and dead replies of one session. */
                repliesMax: number;
                /** @description Bytes of their payloads together. */
                repliesBytesMax: number;
                /** @description Characters of a reply id. */
                replyIdCharsMax: number;
                /** @description Characters of a content type. */
                contentTypeCharsMax: number;
                /** @description Bytes of the error of an attempt. */
                errorBytesMax: number;
                /** @description Longest life of an undelivered reply. */
                expiresInMsMax: number;
                /** @description Longest wait that an attempt may ask for. */
                retryAfterMsMax: number;
                /** @description Leases or replies in one page of a listing. */
                listLimitMax: number;
                /** @description Events kept for those who reconnect. */
                eventsKeptMax: number;
                /** @description Event streams open at once. */
                eventStreamsMax: number;
            };
        };
        Health: {
            /** @enum {string} */
            status: "ok";
        };
        Readiness: {
            /** @enum {string} */
            status: "ready";
            /** @description What readiness depends on. */
            checks: {
                /** @description What is checked. */
                name: string;
                ok: boolean;
                /** @description What is wrong, or what an accepted risk costs. */
                detail?: string;
            }[];
        };
        ProblemKind: {
            code: string;
            /** @description The HTTP status that goes with it. */
            status: number;
            title: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
        };
        Problem: {
            /**
             * Format: uri-reference
             * @description Names the kind of problem: `/problems/` and the code. The service explains it there.
             */
            type: string;
            /** @description The kind of problem in words, the same each time. */
            title: string;
            status: number;
            /** @description What is particular about this one. */
            detail: string;
            /**
             * @description What to tell problems apart by.
             * @enum {string}
             */
            code: "request-invalid" | "session-invalid" | "lease-id-invalid" | "cursor-invalid" | "json-malformed" | "unauthorized" | "forbidden" | "misdirected" | "not-found" | "method-not-allowed" | "body-too-large" | "media-type-unsupported" | "lease-held" | "lease-ended" | "lease-id-reused" | "waiters-full" | "lease-lost" | "lease-unknown" | "lease-not-held" | "reply-unknown" | "reply-settled" | "reply-not-next" | "reply-sending" | "reply-id-reused" | "replies-full" | "quota-exceeded" | "fencing-token-unknown" | "attempt-superseded" | "attempt-not-taken" | "payload-too-large" | "rate-limited" | "streams-full" | "store-unavailable" | "overloaded" | "not-ready" | "request-timeout" | "headers-too-large" | "shutting-down" | "internal";
            /** @description Names this request in the log of the service. */
            requestId: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * @description What became of the command. `unknown`: repeat it with the same lease id.
             * @enum {string}
             */
            outcome?: "applied" | "not-applied" | "unknown";
        };
        LeaseHeldProblem: {
            /**
             * Format: uri-reference
             * @description Names the kind of problem: `/problems/` and the code. The service explains it there.
             */
            type: string;
            /** @description The kind of problem in words, the same each time. */
            title: string;
            status: number;
            /** @description What is particular about this one. */
            detail: string;
            /**
             * @description What to tell problems apart by.
             * @enum {string}
             */
            code: "lease-held";
            /** @description Names this request in the log of the service. */
            requestId: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * @description What became of the command. `unknown`: repeat it with the same lease id.
             * @enum {string}
             */
            outcome?: "applied" | "not-applied" | "unknown";
            /** @description The holder of the lease. */
            holder: string;
            /** @description How long it has been held. */
            heldForMs: number;
            /** @description How long it still lives without a renewal. */
            remainingMs: number;
            /**
             * @description Strictly increasing, one per grant: what the resource compares.
             * @example 1760000000000001
             */
            currentToken: number;
            /** @description How many wait for the session. */
            waiters: number;
            /** @description The place in the queue; absent without a ticket. */
            position?: number;
            /** @description How long this request waited. */
            waitedMs: number;
        };
        LeaseLostProblem: {
            /**
             * Format: uri-reference
             * @description Names the kind of problem: `/problems/` and the code. The service explains it there.
             */
            type: string;
            /** @description The kind of problem in words, the same each time. */
            title: string;
            status: number;
            /** @description What is particular about this one. */
            detail: string;
            /**
             * @description What to tell problems apart by.
             * @enum {string}
             */
            code: "lease-lost";
            /** @description Names this request in the log of the service. */
            requestId: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * @description What became of the command. `unknown`: repeat it with the same lease id.
             * @enum {string}
             */
            outcome?: "applied" | "not-applied" | "unknown";
            /**
             * @description Strictly increasing, one per grant: what the resource compares.
             * @example 1760000000000001
             */
            fencingToken: number;
            /**
             * @description Strictly increasing, one per grant: what the resource compares.
             * @example 1760000000000001
             */
            currentToken?: number;
            /**
             * @description Why the lease ended.
             * @enum {string}
             */
            endedBecause: "released" | "expired" | "preempted" | "revoked" | "max-hold";
            /** @description Who took over. */
            successor?: {
                /** @description The holder of the lease. */
                holder: string;
            };
        };
        WaitersFullProblem: {
            /**
             * Format: uri-reference
             * @description Names the kind of problem: `/problems/` and the code. The service explains it there.
             */
            type: string;
            /** @description The kind of problem in words, the same each time. */
            title: string;
            status: number;
            /** @description What is particular about this one. */
            detail: string;
            /**
             * @description What to tell problems apart by.
             * @enum {string}
             */
            code: "waiters-full";
            /** @description Names this request in the log of the service. */
            requestId: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * @description What became of the command. `unknown`: repeat it with the same lease id.
             * @enum {string}
             */
            outcome?: "applied" | "not-applied" | "unknown";
            /** @description How many wait for the session. */
            waiters: number;
        };
        ReplySettledProblem: {
            /**
             * Format: uri-reference
             * @description Names the kind of problem: `/problems/` and the code. The service explains it there.
             */
            type: string;
            /** @description The kind of problem in words, the same each time. */
            title: string;
            status: number;
            /** @description What is particular about this one. */
            detail: string;
            /**
             * @description What to tell problems apart by.
             * @enum {string}
             */
            code: "reply-settled";
            /** @description Names this request in the log of the service. */
            requestId: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * @description What became of the command. `unknown`: repeat it with the same lease id.
             * @enum {string}
             */
            outcome?: "applied" | "not-applied" | "unknown";
            /**
             * @description `parked`: waits for an attempt. `sending`: an attempt is under way. `unknown`: sent, and whether it arrived is not known. `dead`: refused for good, or too old. `delivered`. `superseded`: discarded.
             * @enum {string}
             */
            state: "parked" | "sending" | "unknown" | "dead" | "delivered" | "superseded";
        };
        ReplyNotNextProblem: {
            /**
             * Format: uri-reference
             * @description Names the kind of problem: `/problems/` and the code. The service explains it there.
             */
            type: string;
            /** @description The kind of problem in words, the same each time. */
            title: string;
            status: number;
            /** @description What is particular about this one. */
            detail: string;
            /**
             * @description What to tell problems apart by.
             * @enum {string}
             */
            code: "reply-not-next";
            /** @description Names this request in the log of the service. */
            requestId: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * @description What became of the command. `unknown`: repeat it with the same lease id.
             * @enum {string}
             */
            outcome?: "applied" | "not-applied" | "unknown";
            /**
             * @description Names a reply within its session, for good: 1 to 128 of `A-Za-z0-9._~-`, not `.` or `..`, chosen by whoever parks it. What the receiver deduplicates by.
             * @example turn-42
             */
            replyId: string;
        };
        AttemptSupersededProblem: {
            /**
             * Format: uri-reference
             * @description Names the kind of problem: `/problems/` and the code. The service explains it there.
             */
            type: string;
            /** @description The kind of problem in words, the same each time. */
            title: string;
            status: number;
            /** @description What is particular about this one. */
            detail: string;
            /**
             * @description What to tell problems apart by.
             * @enum {string}
             */
            code: "attempt-superseded";
            /** @description Names this request in the log of the service. */
            requestId: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * @description What became of the command. `unknown`: repeat it with the same lease id.
             * @enum {string}
             */
            outcome?: "applied" | "not-applied" | "unknown";
            /** @description Attempts to deliver it that were begun. */
            attempts: number;
        };
        RepliesFullProblem: {
            /**
             * Format: uri-reference
             * @description Names the kind of problem: `/problems/` and the code. The service explains it there.
             */
            type: string;
            /** @description The kind of problem in words, the same each time. */
            title: string;
            status: number;
            /** @description What is particular about this one. */
            detail: string;
            /**
             * @description What to tell problems apart by.
             * @enum {string}
             */
            code: "replies-full";
            /** @description Names this request in the log of the service. */
            requestId: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * @description What became of the command. `unknown`: repeat it with the same lease id.
             * @enum {string}
             */
            outcome?: "applied" | "not-applied" | "unknown";
            /** @description Undelivered and dead replies of the session. */
            replies: number;
            /** @description Bytes of their payloads. */
            bytes: number;
            /** @description How many it may have. */
            repliesMax: number;
            /** @description How many bytes their payloads may have. */
            bytesMax: number;
        };
        QuotaExceededProblem: {
            /**
             * Format: uri-reference
             * @description Names the kind of problem: `/problems/` and the code. The service explains it there.
             */
            type: string;
            /** @description The kind of problem in words, the same each time. */
            title: string;
            status: number;
            /** @description What is particular about this one. */
            detail: string;
            /**
             * @description What to tell problems apart by.
             * @enum {string}
             */
            code: "quota-exceeded";
            /** @description Names this request in the log of the service. */
            requestId: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * @description What became of the command. `unknown`: repeat it with the same lease id.
             * @enum {string}
             */
            outcome?: "applied" | "not-applied" | "unknown";
            /**
             * @description What is used up.
             * @enum {string}
             */
            quota: "leases" | "waiters" | "replies" | "bytes";
            /** @description How many, or how many bytes, the namespace may have. */
            limit: number;
        };
        PayloadTooLargeProblem: {
            /**
             * Format: uri-reference
             * @description Names the kind of problem: `/problems/` and the code. The service explains it there.
             */
            type: string;
            /** @description The kind of problem in words, the same each time. */
            title: string;
            status: number;
            /** @description What is particular about this one. */
            detail: string;
            /**
             * @description What to tell problems apart by.
             * @enum {string}
             */
            code: "payload-too-large";
            /** @description Names this request in the log of the service. */
            requestId: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * @description What became of the command. `unknown`: repeat it with the same lease id.
             * @enum {string}
             */
            outcome?: "applied" | "not-applied" | "unknown";
            /** @description Bytes of the payload: of compact JSON, or of text in UTF-8. */
            payloadBytes: number;
            /** @description How many it may have. */
            payloadBytesMax: number;
        };
        ForbiddenProblem: {
            /**
             * Format: uri-reference
             * @description Names the kind of problem: `/problems/` and the code. The service explains it there.
             */
            type: string;
            /** @description The kind of problem in words, the same each time. */
            title: string;
            status: number;
            /** @description What is particular about this one. */
            detail: string;
            /**
             * @description What to tell problems apart by.
             * @enum {string}
             */
            code: "forbidden";
            /** @description Names this request in the log of the service. */
            requestId: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * @description What became of the command. `unknown`: repeat it with the same lease id.
             * @enum {string}
             */
            outcome?: "applied" | "not-applied" | "unknown";
            /** @description The key needs one of these. */
            scopes: ("lease" | "preempt" | "replies" | "read" | "admin")[];
        };
        RateLimitedProblem: {
            /**
             * Format: uri-reference
             * @description Names the kind of problem: `/problems/` and the code. The service explains it there.
             */
            type: string;
            /** @description The kind of problem in words, the same each time. */
            title: string;
            status: number;
            /** @description What is particular about this one. */
            detail: string;
            /**
             * @description What to tell problems apart by.
             * @enum {string}
             */
            code: "rate-limited";
            /** @description Names this request in the log of the service. */
            requestId: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * @description What became of the command. `unknown`: repeat it with the same lease id.
             * @enum {string}
             */
            outcome?: "applied" | "not-applied" | "unknown";
            /**
             * @description What was counted.
             * @enum {string}
             */
            budget: "keep" | "take" | "replies" | "read" | "operate";
            /** @description How many a second this key may send to this instance. */
            perSecond: number;
        };
        NotReadyProblem: {
            /**
             * Format: uri-reference
             * @description Names the kind of problem: `/problems/` and the code. The service explains it there.
             */
            type: string;
            /** @description The kind of problem in words, the same each time. */
            title: string;
            status: number;
            /** @description What is particular about this one. */
            detail: string;
            /**
             * @description What to tell problems apart by.
             * @enum {string}
             */
            code: "not-ready";
            /** @description Names this request in the log of the service. */
            requestId: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * @description What became of the command. `unknown`: repeat it with the same lease id.
             * @enum {string}
             */
            outcome?: "applied" | "not-applied" | "unknown";
            /** @description What readiness depends on. */
            checks: {
                /** @description What is checked. */
                name: string;
                ok: boolean;
                /** @description What is wrong, or what an accepted risk costs. */
                detail?: string;
            }[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: {
        /**
         * @description Names the state behind this instance.
         * @example st_5c1f9e0a7b34
         */
        HoldfastStore: string;
        /**
         * @description Whole seconds after which to try again.
         * @example 1
         */
        RetryAfter: number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    checkHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description `request-invalid`: The request is not valid. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It should. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ready",
                     *       "checks": [
                     *         {
                     *           "name": "store",
                     *           "ok": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description `request-invalid`: The request is not valid. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-ready`: This instance is not ready. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NotReadyProblem"];
                };
            };
        };
    };
    explainProblem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The `code` of a problem.
                 * @example lease-held
                 */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The kind of problem. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "lease-held",
                     *       "status": 409,
                     *       "title": "The session is leased to another holder.",
                     *       "retryable": true
                     *     }
                     */
                    "application/json": components["schemas"]["ProblemKind"];
                };
            };
            /** @description `request-invalid`: The request is not valid. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: There is nothing at this address. */
            404: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    describeService: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The service. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "holdfast",
                     *       "version": "0.1.0",
                     *       "features": [
                     *         "leases",
                     *         "waiting",
                     *         "heartbeats",
                     *         "yield",
                     *         "fence",
                     *         "replies",
                     *         "events"
                     *       ],
                     *       "storeId": "st_5c1f9e0a7b34",
                     *       "store": {
                     *         "kind": "embedded",
                     *         "acceptedRisks": []
                     *       },
                     *       "limits": {
                     *         "ttlMsMin": 1000,
                     *         "ttlMsMax": 3600000,
                     *         "waitMsMax": 60000,
                     *         "maxHoldMsMax": 604800000,
                     *         "graceMsMax": 3600000,
                     *         "waitersMax": 1000,
                     *         "heartbeatsMax": 1000,
                     *         "sessionKeyBytesMax": 512,
                     *         "holderCharsMax": 128,
                     *         "reasonCharsMax": 512,
                     *         "metadataBytesMax": 4096,
                     *         "bodyBytesMax": 65536,
                     *         "heartbeatsBodyBytesMax": 2097152,
                     *         "parkBodyBytesMax": 2097152,
                     *         "payloadBytesMax": 262144,
                     *         "payloadDepthMax": 200,
                     *         "repliesMax": 1000,
                     *         "repliesBytesMax": 16777216,
                     *         "replyIdCharsMax": 128,
                     *         "contentTypeCharsMax": 128,
                     *         "errorBytesMax": 2048,
                     *         "expiresInMsMax": 604800000,
                     *         "retryAfterMsMax": 86400000,
                     *         "listLimitMax": 1000,
                     *         "eventsKeptMax": 10000,
                     *         "eventStreamsMax": 1000
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["About"];
                };
            };
            /** @description `request-invalid`: The request is not valid. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    inspectSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The session key, percent-encoded: 1 to 512 bytes of UTF-8 without control characters, not `.` or `..`. A key that begins with `~`, or that proxies would mangle, is given as `~` and its unpadded base64url form.
                 * @example agent:main:feishu:group:oc_1
                 */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session as it is now. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "session": "agent:main:feishu:group:oc_1",
                     *       "held": true,
                     *       "holder": "gateway-2/pid 71",
                     *       "fencingToken": 1760000000000001,
                     *       "ttlMs": 30000,
                     *       "remainingMs": 21400,
                     *       "heldForMs": 68600,
                     *       "lastRenewedMsAgo": 8600,
                     *       "waiters": [
                     *         {
                     *           "holder": "gateway-1/pid 12",
                     *           "waitedMs": 1200,
                     *           "background": false
                     *         }
                     *       ],
                     *       "parkedReplies": 0
                     *     }
                     */
                    "application/json": components["schemas"]["SessionState"];
                };
            };
            /** @description `request-invalid`: The request is not valid. `session-invalid`: The session key is not valid. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acquireLease: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The id of this lease, minted by the client with at least 128 random bits: 22 to 128 of `A-Za-z0-9_-`. A secret.
                 * @example q1sVb6cYz0aH3kJm8TnPxw
                 */
                "Lease-Id": string;
            };
            path: {
                /**
                 * @description The session key, percent-encoded: 1 to 512 bytes of UTF-8 without control characters, not `.` or `..`. A key that begins with `~`, or that proxies would mangle, is given as `~` and its unpadded base64url form.
                 * @example agent:main:feishu:group:oc_1
                 */
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "holder": "gateway-2/pid 71",
                 *       "ttlMs": 30000,
                 *       "waitMs": 0
                 *     }
                 */
                "application/json": components["schemas"]["AcquireRequest"];
            };
        };
        responses: {
            /** @description The same lease id was granted before. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "session": "agent:main:feishu:group:oc_1",
                     *       "holder": "gateway-2/pid 71",
                     *       "fencingToken": 1760000000000001,
                     *       "ttlMs": 30000,
                     *       "remainingMs": 30000,
                     *       "renewAfterMs": 10000,
                     *       "waitedMs": 0,
                     *       "parkedReplies": 0
                     *     }
                     */
                    "application/json": components["schemas"]["Grant"];
                };
            };
            /** @description Granted. */
            201: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "session": "agent:main:feishu:group:oc_1",
                     *       "holder": "gateway-2/pid 71",
                     *       "fencingToken": 1760000000000001,
                     *       "ttlMs": 30000,
                     *       "remainingMs": 30000,
                     *       "renewAfterMs": 10000,
                     *       "waitedMs": 0,
                     *       "parkedReplies": 0
                     *     }
                     */
                    "application/json": components["schemas"]["Grant"];
                };
            };
            /** @description `request-invalid`: The request is not valid. `session-invalid`: The session key is not valid. `lease-id-invalid`: The Lease-Id header is missing or malformed. `json-malformed`: The body is not JSON. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `lease-held`: The session is leased to another holder. */
            409: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["LeaseHeldProblem"];
                };
            };
            /** @description `lease-ended`: This lease id is over. */
            410: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large`: The body is too large. */
            413: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `media-type-unsupported`: The body must be application/json. */
            415: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `lease-id-reused`: This lease id belongs to another holder. */
            422: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. `waiters-full`: Too many wait for this session already. `quota-exceeded`: The namespace has used up a quota. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"] | components["schemas"]["WaitersFullProblem"] | components["schemas"]["QuotaExceededProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. `shutting-down`: This instance is shutting down. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    releaseLease: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The id of this lease, minted by the client with at least 128 random bits: 22 to 128 of `A-Za-z0-9_-`. A secret.
                 * @example q1sVb6cYz0aH3kJm8TnPxw
                 */
                "Lease-Id": string;
            };
            path: {
                /**
                 * @description The session key, percent-encoded: 1 to 512 bytes of UTF-8 without control characters, not `.` or `..`. A key that begins with `~`, or that proxies would mangle, is given as `~` and its unpadded base64url form.
                 * @example agent:main:feishu:group:oc_1
                 */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Released: this id holds nothing, and never will. */
            204: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request-invalid`: The request is not valid. `session-invalid`: The session key is not valid. `lease-id-invalid`: The Lease-Id header is missing or malformed. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `lease-lost`: The lease has ended. */
            410: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["LeaseLostProblem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renewLease: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The id of this lease, minted by the client with at least 128 random bits: 22 to 128 of `A-Za-z0-9_-`. A secret.
                 * @example q1sVb6cYz0aH3kJm8TnPxw
                 */
                "Lease-Id": string;
            };
            path: {
                /**
                 * @description The session key, percent-encoded: 1 to 512 bytes of UTF-8 without control characters, not `.` or `..`. A key that begins with `~`, or that proxies would mangle, is given as `~` and its unpadded base64url form.
                 * @example agent:main:feishu:group:oc_1
                 */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "ttlMs": 30000,
                 *       "metadata": {
                 *         "draftMessageId": "om_8f2"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["RenewRequest"];
            };
        };
        responses: {
            /** @description Renewed. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "fencingToken": 1760000000000001,
                     *       "ttlMs": 30000,
                     *       "remainingMs": 30000,
                     *       "renewAfterMs": 10000,
                     *       "waiters": 0,
                     *       "parkedReplies": 0
                     *     }
                     */
                    "application/json": components["schemas"]["Renewal"];
                };
            };
            /** @description `request-invalid`: The request is not valid. `session-invalid`: The session key is not valid. `lease-id-invalid`: The Lease-Id header is missing or malformed. `json-malformed`: The body is not JSON. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `lease-unknown`: No such lease is known. */
            404: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `lease-lost`: The lease has ended. */
            410: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["LeaseLostProblem"];
                };
            };
            /** @description `body-too-large`: The body is too large. */
            413: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `media-type-unsupported`: The body must be application/json. */
            415: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sendHeartbeats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "leases": [
                 *         {
                 *           "session": "agent:main:feishu:group:oc_1",
                 *           "leaseId": "q1sVb6cYz0aH3kJm8TnPxw"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["HeartbeatsRequest"];
            };
        };
        responses: {
            /** @description A result for each lease, in the order of the request. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "results": [
                     *         {
                     *           "status": "held",
                     *           "fencingToken": 1760000000000001,
                     *           "ttlMs": 30000,
                     *           "remainingMs": 30000,
                     *           "renewAfterMs": 10000,
                     *           "waiters": 1,
                     *           "parkedReplies": 0
                     *         },
                     *         {
                     *           "status": "lost",
                     *           "fencingToken": 1760000000000001,
                     *           "endedBecause": "expired",
                     *           "successor": {
                     *             "holder": "gateway-1/pid 12"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["HeartbeatResults"];
                };
            };
            /** @description `request-invalid`: The request is not valid. `json-malformed`: The body is not JSON. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `body-too-large`: The body is too large. */
            413: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `media-type-unsupported`: The body must be application/json. */
            415: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listLeases: {
        parameters: {
            query?: {
                /** @description Only sessions whose key begins with this, such as `agent:main:`. */
                prefix?: string;
                /** @description Only leases of exactly this holder, such as `gateway-2/pid 71`. */
                holder?: string;
                /**
                 * @description How many to give at most; 100 unless given.
                 * @example 100
                 */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of live leases. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "leases": [
                     *         {
                     *           "session": "agent:main:feishu:group:oc_1",
                     *           "holder": "gateway-2/pid 71",
                     *           "fencingToken": 1760000000000001,
                     *           "ttlMs": 30000,
                     *           "remainingMs": 21400,
                     *           "heldForMs": 68600,
                     *           "lastRenewedMsAgo": 8600,
                     *           "waiters": 1,
                     *           "parkedReplies": 0
                     *         }
                     *       ],
                     *       "nextCursor": "YWdlbnQ6bWFpbjpmZWlzaHU6Z3JvdXA6b2NfMQ"
                     *     }
                     */
                    "application/json": components["schemas"]["LeaseList"];
                };
            };
            /** @description `request-invalid`: The request is not valid. `cursor-invalid`: The cursor is not one that a listing returned. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    askToYield: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The session key, percent-encoded: 1 to 512 bytes of UTF-8 without control characters, not `.` or `..`. A key that begins with `~`, or that proxies would mangle, is given as `~` and its unpadded base64url form.
                 * @example agent:main:feishu:group:oc_1
                 */
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "by": "operator anna",
                 *       "reason": "a newer message has arrived",
                 *       "graceMs": 10000
                 *     }
                 */
                "application/json": components["schemas"]["YieldRequest"];
            };
        };
        responses: {
            /** @description The holder is asked. */
            202: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "session": "agent:main:feishu:group:oc_1",
                     *       "holder": "gateway-2/pid 71",
                     *       "yieldRequest": {
                     *         "by": "operator anna",
                     *         "reason": "a newer message has arrived",
                     *         "remainingMs": 21400
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["YieldAnswer"];
                };
            };
            /** @description `request-invalid`: The request is not valid. `session-invalid`: The session key is not valid. `json-malformed`: The body is not JSON. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `lease-not-held`: Nobody holds this session. */
            404: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large`: The body is too large. */
            413: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `media-type-unsupported`: The body must be application/json. */
            415: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeLease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The session key, percent-encoded: 1 to 512 bytes of UTF-8 without control characters, not `.` or `..`. A key that begins with `~`, or that proxies would mangle, is given as `~` and its unpadded base64url form.
                 * @example agent:main:feishu:group:oc_1
                 */
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "by": "operator anna",
                 *       "reason": "the gateway is wedged"
                 *     }
                 */
                "application/json": components["schemas"]["RevokeRequest"];
            };
        };
        responses: {
            /** @description Ended. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "session": "agent:main:feishu:group:oc_1",
                     *       "holder": "gateway-2/pid 71",
                     *       "fencingToken": 1760000000000001,
                     *       "endedBecause": "revoked"
                     *     }
                     */
                    "application/json": components["schemas"]["RevokeAnswer"];
                };
            };
            /** @description `request-invalid`: The request is not valid. `session-invalid`: The session key is not valid. `json-malformed`: The body is not JSON. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `lease-not-held`: Nobody holds this session. */
            404: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large`: The body is too large. */
            413: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `media-type-unsupported`: The body must be application/json. */
            415: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkFencingToken: {
        parameters: {
            query: {
                /**
                 * @description The fencing token to judge.
                 * @example 1760000000000001
                 */
                token: number;
            };
            header?: never;
            path: {
                /**
                 * @description The session key, percent-encoded: 1 to 512 bytes of UTF-8 without control characters, not `.` or `..`. A key that begins with `~`, or that proxies would mangle, is given as `~` and its unpadded base64url form.
                 * @example agent:main:feishu:group:oc_1
                 */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The verdict. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "session": "agent:main:feishu:group:oc_1",
                     *       "verdict": "superseded",
                     *       "stale": true,
                     *       "currentToken": 1760000000000002,
                     *       "endedBecause": "expired"
                     *     }
                     */
                    "application/json": components["schemas"]["FenceVerdict"];
                };
            };
            /** @description `request-invalid`: The request is not valid. `session-invalid`: The session key is not valid. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readReply: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The session key, percent-encoded: 1 to 512 bytes of UTF-8 without control characters, not `.` or `..`. A key that begins with `~`, or that proxies would mangle, is given as `~` and its unpadded base64url form.
                 * @example agent:main:feishu:group:oc_1
                 */
                session: string;
                /**
                 * @description Names a reply within its session, for good: 1 to 128 of `A-Za-z0-9._~-`, not `.` or `..`, chosen by whoever parks it. What the receiver deduplicates by.
                 * @example turn-42
                 */
                replyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The reply as it is now. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "session": "agent:main:feishu:group:oc_1",
                     *       "replyId": "turn-42",
                     *       "fencingToken": 1760000000000001,
                     *       "holder": "gateway-2/pid 71",
                     *       "state": "parked",
                     *       "committed": false,
                     *       "attempts": 0,
                     *       "maybeDelivered": false,
                     *       "dueInMs": 0,
                     *       "parkedMsAgo": 0,
                     *       "expiresInMs": 86400000,
                     *       "reason": "the lease was lost",
                     *       "payloadBytes": 32,
                     *       "contentType": "application/json",
                     *       "payload": {
                     *         "text": "Here is what I found."
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ReplyWithPayload"];
                };
            };
            /** @description `request-invalid`: The request is not valid. `session-invalid`: The session key is not valid. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `reply-unknown`: No such reply is known. */
            404: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    parkReply: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The session key, percent-encoded: 1 to 512 bytes of UTF-8 without control characters, not `.` or `..`. A key that begins with `~`, or that proxies would mangle, is given as `~` and its unpadded base64url form.
                 * @example agent:main:feishu:group:oc_1
                 */
                session: string;
                /**
                 * @description Names a reply within its session, for good: 1 to 128 of `A-Za-z0-9._~-`, not `.` or `..`, chosen by whoever parks it. What the receiver deduplicates by.
                 * @example turn-42
                 */
                replyId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "fencingToken": 1760000000000001,
                 *       "holder": "gateway-2/pid 71",
                 *       "payload": {
                 *         "text": "Here is what I found."
                 *       },
                 *       "reason": "the lease was lost"
                 *     }
                 */
                "application/json": components["schemas"]["ParkRequest"];
            };
        };
        responses: {
            /** @description The same reply was parked before; this is what became of it. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "session": "agent:main:feishu:group:oc_1",
                     *       "replyId": "turn-42",
                     *       "fencingToken": 1760000000000001,
                     *       "holder": "gateway-2/pid 71",
                     *       "state": "parked",
                     *       "committed": false,
                     *       "attempts": 0,
                     *       "maybeDelivered": false,
                     *       "dueInMs": 0,
                     *       "parkedMsAgo": 0,
                     *       "expiresInMs": 86400000,
                     *       "reason": "the lease was lost",
                     *       "payloadBytes": 32,
                     *       "contentType": "application/json"
                     *     }
                     */
                    "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Parked. */
            201: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "session": "agent:main:feishu:group:oc_1",
                     *       "replyId": "turn-42",
                     *       "fencingToken": 1760000000000001,
                     *       "holder": "gateway-2/pid 71",
                     *       "state": "parked",
                     *       "committed": false,
                     *       "attempts": 0,
                     *       "maybeDelivered": false,
                     *       "dueInMs": 0,
                     *       "parkedMsAgo": 0,
                     *       "expiresInMs": 86400000,
                     *       "reason": "the lease was lost",
                     *       "payloadBytes": 32,
                     *       "contentType": "application/json"
                     *     }
                     */
                    "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description `request-invalid`: The request is not valid. `session-invalid`: The session key is not valid. `json-malformed`: The body is not JSON. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `body-too-large`: The body is too large. `payload-too-large`: The payload is too large. */
            413: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `media-type-unsupported`: The body must be application/json. */
            415: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `reply-id-reused`: This reply id belongs to another payload. `fencing-token-unknown`: No such fencing token was granted. */
            422: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. `replies-full`: The session has too many undelivered replies. `quota-exceeded`: The namespace has used up a quota. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"] | components["schemas"]["RepliesFullProblem"] | components["schemas"]["QuotaExceededProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listReplies: {
        parameters: {
            query?: {
                /** @description `parked`: waits for an attempt. `sending`: an attempt is under way. `unknown`: sent, and whether it arrived is not known. `dead`: refused for good, or too old. `delivered`. `superseded`: discarded. */
                state?: "parked" | "sending" | "unknown" | "dead" | "delivered" | "superseded";
                /** @description With `true`, at most one reply a session: the one to attempt next, once it is due, and only while the session has neither live lease nor waiter. */
                due?: boolean;
                /**
                 * @description How many to give at most; 100 unless given.
                 * @example 100
                 */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of replies. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "replies": [
                     *         {
                     *           "session": "agent:main:feishu:group:oc_1",
                     *           "replyId": "turn-42",
                     *           "fencingToken": 1760000000000001,
                     *           "holder": "gateway-2/pid 71",
                     *           "state": "parked",
                     *           "committed": false,
                     *           "attempts": 0,
                     *           "maybeDelivered": false,
                     *           "dueInMs": 0,
                     *           "parkedMsAgo": 0,
                     *           "expiresInMs": 86400000,
                     *           "reason": "the lease was lost",
                     *           "payloadBytes": 32,
                     *           "contentType": "application/json"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ReplyList"];
                };
            };
            /** @description `request-invalid`: The request is not valid. `cursor-invalid`: The cursor is not one that a listing returned. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSessionReplies: {
        parameters: {
            query?: {
                /** @description `parked`: waits for an attempt. `sending`: an attempt is under way. `unknown`: sent, and whether it arrived is not known. `dead`: refused for good, or too old. `delivered`. `superseded`: discarded. */
                state?: "parked" | "sending" | "unknown" | "dead" | "delivered" | "superseded";
                /**
                 * @description How many to give at most; 100 unless given.
                 * @example 100
                 */
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The session key, percent-encoded: 1 to 512 bytes of UTF-8 without control characters, not `.` or `..`. A key that begins with `~`, or that proxies would mangle, is given as `~` and its unpadded base64url form.
                 * @example agent:main:feishu:group:oc_1
                 */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of replies. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "replies": [
                     *         {
                     *           "session": "agent:main:feishu:group:oc_1",
                     *           "replyId": "turn-42",
                     *           "fencingToken": 1760000000000001,
                     *           "holder": "gateway-2/pid 71",
                     *           "state": "parked",
                     *           "committed": false,
                     *           "attempts": 0,
                     *           "maybeDelivered": false,
                     *           "dueInMs": 0,
                     *           "parkedMsAgo": 0,
                     *           "expiresInMs": 86400000,
                     *           "reason": "the lease was lost",
                     *           "payloadBytes": 32,
                     *           "contentType": "application/json"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ReplyList"];
                };
            };
            /** @description `request-invalid`: The request is not valid. `session-invalid`: The session key is not valid. `cursor-invalid`: The cursor is not one that a listing returned. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recordAttempt: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The id of this lease, minted by the client with at least 128 random bits: 22 to 128 of `A-Za-z0-9_-`. A secret.
                 * @example q1sVb6cYz0aH3kJm8TnPxw
                 */
                "Lease-Id": string;
            };
            path: {
                /**
                 * @description The session key, percent-encoded: 1 to 512 bytes of UTF-8 without control characters, not `.` or `..`. A key that begins with `~`, or that proxies would mangle, is given as `~` and its unpadded base64url form.
                 * @example agent:main:feishu:group:oc_1
                 */
                session: string;
                /**
                 * @description Names a reply within its session, for good: 1 to 128 of `A-Za-z0-9._~-`, not `.` or `..`, chosen by whoever parks it. What the receiver deduplicates by.
                 * @example turn-42
                 */
                replyId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "attempt": 1,
                 *       "outcome": "sending",
                 *       "committed": true
                 *     }
                 */
                "application/json": components["schemas"]["AttemptRequest"];
            };
        };
        responses: {
            /** @description The reply as it is now. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "session": "agent:main:feishu:group:oc_1",
                     *       "replyId": "turn-42",
                     *       "fencingToken": 1760000000000001,
                     *       "holder": "gateway-2/pid 71",
                     *       "state": "parked",
                     *       "committed": false,
                     *       "attempts": 0,
                     *       "maybeDelivered": false,
                     *       "dueInMs": 0,
                     *       "parkedMsAgo": 0,
                     *       "expiresInMs": 86400000,
                     *       "reason": "the lease was lost",
                     *       "payloadBytes": 32,
                     *       "contentType": "application/json"
                     *     }
                     */
                    "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description `request-invalid`: The request is not valid. `session-invalid`: The session key is not valid. `lease-id-invalid`: The Lease-Id header is missing or malformed. `json-malformed`: The body is not JSON. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `reply-unknown`: No such reply is known. `lease-unknown`: No such lease is known. */
            404: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `reply-settled`: The reply is settled. `reply-not-next`: Another reply of the session comes first. `attempt-superseded`: The attempt is not the newest. `attempt-not-taken`: The attempt is not yours to settle. */
            409: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ReplySettledProblem"] | components["schemas"]["ReplyNotNextProblem"] | components["schemas"]["AttemptSupersededProblem"] | components["schemas"]["Problem"];
                };
            };
            /** @description `lease-lost`: The lease has ended. */
            410: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["LeaseLostProblem"];
                };
            };
            /** @description `body-too-large`: The body is too large. */
            413: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `media-type-unsupported`: The body must be application/json. */
            415: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayReply: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the live lease on the session, 22 to 128 of `A-Za-z0-9_-`. An operator has none, and leaves it out. */
                "Lease-Id"?: string;
            };
            path: {
                /**
                 * @description The session key, percent-encoded: 1 to 512 bytes of UTF-8 without control characters, not `.` or `..`. A key that begins with `~`, or that proxies would mangle, is given as `~` and its unpadded base64url form.
                 * @example agent:main:feishu:group:oc_1
                 */
                session: string;
                /**
                 * @description Names a reply within its session, for good: 1 to 128 of `A-Za-z0-9._~-`, not `.` or `..`, chosen by whoever parks it. What the receiver deduplicates by.
                 * @example turn-42
                 */
                replyId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "the channel is back"
                 *     }
                 */
                "application/json": components["schemas"]["ReplayRequest"];
            };
        };
        responses: {
            /** @description Parked. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "session": "agent:main:feishu:group:oc_1",
                     *       "replyId": "turn-42",
                     *       "fencingToken": 1760000000000001,
                     *       "holder": "gateway-2/pid 71",
                     *       "state": "parked",
                     *       "committed": false,
                     *       "attempts": 0,
                     *       "maybeDelivered": false,
                     *       "dueInMs": 0,
                     *       "parkedMsAgo": 0,
                     *       "expiresInMs": 86400000,
                     *       "reason": "the lease was lost",
                     *       "payloadBytes": 32,
                     *       "contentType": "application/json"
                     *     }
                     */
                    "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description `request-invalid`: The request is not valid. `session-invalid`: The session key is not valid. `lease-id-invalid`: The Lease-Id header is missing or malformed. `json-malformed`: The body is not JSON. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `reply-unknown`: No such reply is known. `lease-unknown`: No such lease is known. */
            404: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `reply-settled`: The reply is settled. `reply-sending`: The reply is being sent. */
            409: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ReplySettledProblem"] | components["schemas"]["Problem"];
                };
            };
            /** @description `lease-lost`: The lease has ended. */
            410: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["LeaseLostProblem"];
                };
            };
            /** @description `body-too-large`: The body is too large. */
            413: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `media-type-unsupported`: The body must be application/json. */
            415: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. `replies-full`: The session has too many undelivered replies. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"] | components["schemas"]["RepliesFullProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    discardReply: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the live lease on the session, 22 to 128 of `A-Za-z0-9_-`. An operator has none, and leaves it out. */
                "Lease-Id"?: string;
            };
            path: {
                /**
                 * @description The session key, percent-encoded: 1 to 512 bytes of UTF-8 without control characters, not `.` or `..`. A key that begins with `~`, or that proxies would mangle, is given as `~` and its unpadded base64url form.
                 * @example agent:main:feishu:group:oc_1
                 */
                session: string;
                /**
                 * @description Names a reply within its session, for good: 1 to 128 of `A-Za-z0-9._~-`, not `.` or `..`, chosen by whoever parks it. What the receiver deduplicates by.
                 * @example turn-42
                 */
                replyId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "answered by hand"
                 *     }
                 */
                "application/json": components["schemas"]["DiscardRequest"];
            };
        };
        responses: {
            /** @description Superseded. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "session": "agent:main:feishu:group:oc_1",
                     *       "replyId": "turn-42",
                     *       "fencingToken": 1760000000000001,
                     *       "holder": "gateway-2/pid 71",
                     *       "state": "parked",
                     *       "committed": false,
                     *       "attempts": 0,
                     *       "maybeDelivered": false,
                     *       "dueInMs": 0,
                     *       "parkedMsAgo": 0,
                     *       "expiresInMs": 86400000,
                     *       "reason": "the lease was lost",
                     *       "payloadBytes": 32,
                     *       "contentType": "application/json"
                     *     }
                     */
                    "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description `request-invalid`: The request is not valid. `session-invalid`: The session key is not valid. `lease-id-invalid`: The Lease-Id header is missing or malformed. `json-malformed`: The body is not JSON. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `reply-unknown`: No such reply is known. `lease-unknown`: No such lease is known. */
            404: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `reply-settled`: The reply is settled. `reply-sending`: The reply is being sent. */
            409: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ReplySettledProblem"] | components["schemas"]["Problem"];
                };
            };
            /** @description `lease-lost`: The lease has ended. */
            410: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["LeaseLostProblem"];
                };
            };
            /** @description `body-too-large`: The body is too large. */
            413: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `media-type-unsupported`: The body must be application/json. */
            415: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `store-unavailable`: The store did not answer in time. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    watchEvents: {
        parameters: {
            query?: {
                /** @description Only sessions whose key begins with this, such as `agent:main:`. */
                prefix?: string;
                /** @description Only leases of exactly this holder, such as `gateway-2/pid 71`. */
                holder?: string;
            };
            header?: {
                /** @description The id of the last event that was read, such as `k3f9a1-41`. */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream of events, until either side closes it. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example id: k3f9a1-42
                     *     event: granted
                     *     data: {"session":"agent:main:feishu:group:oc_1","holder":"gateway-2/pid 71","fencingToken":1760000000000001,"waitedMs":0}
                     */
                    "text/event-stream": string;
                };
            };
            /** @description `request-invalid`: The request is not valid. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. `streams-full`: Too many event streams are open. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"] | components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. `shutting-down`: This instance is shutting down. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    scrapeMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All metrics. */
            200: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example # HELP holdfast_leases Live leases.
                     *     # TYPE holdfast_leases gauge
                     *     holdfast_leases 3
                     */
                    "text/plain": string;
                };
            };
            /** @description `request-invalid`: The request is not valid. */
            400: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid API key is needed. */
            401: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The API key does not allow this. */
            403: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `misdirected`: The service does not answer to this host name. */
            421: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: This key sends too much. */
            429: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `internal`: The service failed. */
            500: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `overloaded`: This instance has too much to do. */
            503: {
                headers: {
                    "Holdfast-Store": components["headers"]["HoldfastStore"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
