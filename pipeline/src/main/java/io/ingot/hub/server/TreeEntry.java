package io.ingot.hub.server;

/**
 * A file of a commit.
 *
 * @param path relative, with slashes
 * @param size of the content in bytes
 * @param sha256 of the content: where it lies in the store
 * @param oid SHA-1 of the git blob: of the content, or of the pointer for a large file
 * @param lfs whether git would hold a pointer only
 */
record TreeEntry(String path, long size, String sha256, String oid, boolean lfs) {
  static TreeEntry of(String path, StoredContent content, boolean lfs) {
    return new TreeEntry(
        path,
        content.size(),
        content.sha256(),
        lfs ? GitObjects.pointerOid(content.sha256(), content.size()) : content.gitOid(),
        lfs);
  }

  /** What the client names the blob in its cache. */
  String etag() {
    return lfs ? sha256 : oid;
  }
}
