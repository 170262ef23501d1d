/**
 * For a board with little memory, of which a decoder takes its share: half of what the service may take for what lives
 * long, megabytes, and little room for what doesn't; V8 tidies up more often then, which a device hardly notices.
 */
export const nodeFlags = ['--max-old-space-size=96', '--max-semi-space-size=4'] as const;
