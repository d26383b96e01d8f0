package io.ingot.hub.server;

/**
 * Content that lies in the store.
 *
 * @param gitOid SHA-1 of the git blob with this content
 */
record StoredContent(String sha256, String gitOid, long size) {}
