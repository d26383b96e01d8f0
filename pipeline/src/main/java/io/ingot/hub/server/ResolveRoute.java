package io.ingot.hub.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The content of a file: whole, a range of it, or its headers. */
final class ResolveRoute {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  private final ContentStore contents;

  ResolveRoute(ContentStore contents) {
    this.contents = contents;
  }

  void run(ApiExchange exchange, Repository repository, String revision, String path)
      throws IOException {
    CommitRecord commit = repository.resolve(revision);
    TreeEntry file = commit.file(path).orElseThrow(() -> ApiError.noEntry(path));
    String etag = "\"" + file.etag() + "\"";
    exchange.answerHeader("X-Repo-Commit", commit.id());
    exchange.answerHeader("ETag", etag);
    exchange.answerHeader("X-Linked-Etag", etag);
    exchange.answerHeader("X-Linked-Size", Long.toString(file.size()));
    exchange.answerHeader("Accept-Ranges", "bytes");
    exchange.answerHeader("X-Content-Type-Options", "nosniff");
    exchange.answerHeader(
        "Content-Type", file.lfs() ? "application/octet-stream" : "text/plain; charset=utf-8");
    if (exchange.header("If-None-Match").filter(etag::equals).isPresent()) {
      exchange.answerEmpty(304);
      return;
    }
    long from = 0;
    long end = file.size();
    Optional<Matcher> range = exchange.header("Range").map(RANGE::matcher).filter(Matcher::matches);
    boolean partial = range.isPresent() && range.get().group().length() > "bytes=-".length();
    if (partial) {
      String first = range.orElseThrow().group(1);
      String last = range.orElseThrow().group(2);
      from = first.isEmpty() ? Math.max(0, end - Long.parseLong(last)) : Long.parseLong(first);
      end = first.isEmpty() || last.isEmpty() ? end : Math.min(end, Long.parseLong(last) + 1);
      if (from >= end) {
        exchange.answerHeader("Content-Range", "bytes */" + file.size());
        exchange.answerEmpty(416);
        return;
      }
      exchange.answerHeader("Content-Range", "bytes " + from + "-" + (end - 1) + "/" + file.size());
    }
    Optional<OutputStream> out = exchange.answerStream(partial ? 206 : 200, end - from);
    if (out.isPresent()) {
      send(contents.path(file.sha256()), from, end, out.get());
    }
  }

  private static void send(Path content, long from, long end, OutputStream out) throws IOException {
    try (FileChannel channel = FileChannel.open(content, StandardOpenOption.READ)) {
      var target = Channels.newChannel(out);
      long position = from;
      while (position < end) {
        long sent = channel.transferTo(position, Math.min(end - position, 1 << 20), target);
        if (sent <= 0) {
          throw new IOException(content + " is shorter than it was");
        }
        position += sent;
      }
    }
  }
}
