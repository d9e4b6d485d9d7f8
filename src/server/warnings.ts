/**
 * Keeps the AWS SDK from printing, once a process, that its versions of 2027 and later will need Node 22. This project
 * supports Node 20 and its lock file decides about the SDK's version, so whoever starts the server can do nothing
 * about the notice.
 *
 * The variable is the SDK's own switch for this one warning (`emitWarningIfUnsupportedVersion` in `@aws-sdk/core`); it is
 * read when a client is made, so call this before. Set to anything else than `true` it is left as it is.
 */
export function silenceSdkNodeWarning(environment: NodeJS.ProcessEnv = process.env): void {
  environment.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
}
