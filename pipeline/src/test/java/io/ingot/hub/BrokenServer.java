package io.ingot.hub;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** Serves one content, but stops in the middle of it: once per given place. */
final class BrokenServer implements AutoCloseable {
  private final ServerSocket socket;
  private final byte[] content;
  private final List<Integer> breaks;
  private final boolean stall;
  private final List<String> ranges = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  private BrokenServer(byte[] content, List<Integer> breaks, boolean stall) throws IOException {
    this.socket = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    this.content = content;
    this.breaks = new ArrayList<>(breaks);
    this.stall = stall;
    Thread.ofVirtual().start(this::serve);
  }

  /** Closes the connection when the content has come to each of these places. */
  static BrokenServer closingAt(byte[] content, List<Integer> places) throws IOException {
    return new BrokenServer(content, places, false);
  }

  /** Sends so much, then nothing, and keeps the connection. */
  static BrokenServer stallingAfter(byte[] content, int place) throws IOException {
    return new BrokenServer(content, List.of(place, place, place), true);
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort());
  }

  /** The Range headers of the requests; empty where there was none. */
  List<String> ranges() {
    return ranges;
  }

  private void serve() {
    try {
      while (true) {
        Socket connection = socket.accept();
        open.add(connection);
        answer(connection);
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  private void answer(Socket connection) throws IOException {
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
    String range = "";
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("range:")) {
        range = line.substring("range:".length()).strip();
      }
    }
    ranges.add(range);
    int from = range.isEmpty() ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    int until = breaks.isEmpty() ? content.length : breaks.removeFirst();
    String status = range.isEmpty() ? "200 OK" : "206 Partial Content";
    String head =
        "HTTP/1.1 "
            + status
            + "\r\nContent-Type: application/octet-stream\r\nContent-Length: "
            + (content.length - from)
            + "\r\nContent-Range: bytes "
            + from
            + "-"
            + (content.length - 1)
            + "/"
            + content.length
            + "\r\nConnection: close\r\n\r\n";
    OutputStream out = connection.getOutputStream();
    out.write(head.getBytes(StandardCharsets.ISO_8859_1));
    out.write(content, from, until - from);
    out.flush();
    if (!stall) {
      connection.close();
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket connection : open) {
      connection.close();
    }
  }
}
