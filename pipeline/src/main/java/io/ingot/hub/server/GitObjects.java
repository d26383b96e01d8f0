package io.ingot.hub.server;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Object ids as git computes them, so that commits depend on content alone: author and time are
 * fixed.
 */
final class GitObjects {
  private static final String SIGNATURE = "ingot <ingot@localhost> 0 +0000";

  private GitObjects() {}

  /** The text that git holds for a large file (git-lfs specification, version 1). */
  static byte[] pointer(String sha256, long size) {
    return ("version https://git-lfs.github.com/spec/v1\noid sha256:"
            + sha256
            + "\nsize "
            + size
            + "\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  static String pointerOid(String sha256, long size) {
    return oid("blob", pointer(sha256, size));
  }

  static MessageDigest blobDigest(long size) {
    MessageDigest sha1 = digest("SHA-1");
    sha1.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
    return sha1;
  }

  /** Ids of all folders by path; the root's path is empty. */
  static SortedMap<String, String> treeOids(List<TreeEntry> entries) {
    Folder root = new Folder();
    for (TreeEntry entry : entries) {
      Folder folder = root;
      String[] parts = entry.path().split("/");
      for (int i = 0; i < parts.length - 1; i++) {
        folder = folder.folders.computeIfAbsent(parts[i], k -> new Folder());
      }
      folder.files.put(parts[parts.length - 1], entry.oid());
    }
    SortedMap<String, String> oids = new TreeMap<>();
    root.oid("", oids);
    return oids;
  }

  static String commitOid(String tree, Optional<String> parent, String title, String message) {
    StringBuilder text = new StringBuilder("tree ").append(tree).append('\n');
    parent.ifPresent(p -> text.append("parent ").append(p).append('\n'));
    text.append("author ")
        .append(SIGNATURE)
        .append("\ncommitter ")
        .append(SIGNATURE)
        .append("\n\n");
    text.append(title).append('\n');
    if (!message.isEmpty()) {
      text.append('\n').append(message).append('\n');
    }
    return oid("commit", text.toString().getBytes(StandardCharsets.UTF_8));
  }

  static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + name, e);
    }
  }

  private static String oid(String type, byte[] content) {
    MessageDigest sha1 = digest("SHA-1");
    sha1.update((type + " " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
    return HexFormat.of().formatHex(sha1.digest(content));
  }

  private static final class Folder {
    private final SortedMap<String, Folder> folders = new TreeMap<>();
    private final SortedMap<String, String> files = new TreeMap<>();

    String oid(String path, SortedMap<String, String> oids) {
      // Git sorts folders as if their names ended with a slash.
      SortedMap<byte[], String> lines = new TreeMap<>(Arrays::compareUnsigned);
      folders.forEach(
          (name, folder) ->
              lines.put(
                  bytes(name + "/"), "40000 " + name + "\0" + folder.oid(path + name + "/", oids)));
      files.forEach((name, oid) -> lines.put(bytes(name), "100644 " + name + "\0" + oid));
      ByteArrayOutputStream tree = new ByteArrayOutputStream();
      for (String line : lines.values()) {
        int end = line.indexOf('\0') + 1;
        tree.writeBytes(bytes(line.substring(0, end)));
        tree.writeBytes(HexFormat.of().parseHex(line.substring(end)));
      }
      String oid = GitObjects.oid("tree", tree.toByteArray());
      oids.put(path.isEmpty() ? "" : path.substring(0, path.length() - 1), oid);
      return oid;
    }

    private static byte[] bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }
}
