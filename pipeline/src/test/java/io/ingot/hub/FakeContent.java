package io.ingot.hub;

import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;

/** Deterministic bytes and what a Hub says about them. */
record FakeContent(String path, byte[] bytes, boolean large) {
  static FakeContent lfs(String path, int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return new FakeContent(path, bytes, true);
  }

  static FakeContent text(String path, String text) {
    return new FakeContent(path, text.getBytes(java.nio.charset.StandardCharsets.UTF_8), false);
  }

  RepoFile file() {
    return new RepoFile(
        path, bytes.length, gitOid(), large ? Optional.of(sha256()) : Optional.empty());
  }

  String sha256() {
    return HexFormat.of().formatHex(PartFile.sha256().digest(bytes));
  }

  String gitOid() {
    var sha1 = PartFile.gitSha1(bytes.length);
    return HexFormat.of().formatHex(sha1.digest(bytes));
  }

  /** Its entry in a listing. */
  String entry() {
    String lfs =
        large
            ? ",\"lfs\":{\"oid\":\""
                + sha256()
                + "\",\"size\":"
                + bytes.length
                + ",\"pointerSize\":130}"
            : "";
    return "{\"type\":\"file\",\"path\":\""
        + path
        + "\",\"oid\":\""
        + gitOid()
        + "\",\"size\":"
        + bytes.length
        + lfs
        + "}";
  }
}
