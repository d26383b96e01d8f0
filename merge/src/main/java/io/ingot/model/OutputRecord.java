package io.ingot.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A small file in a folder that a merge writes: a digest of recipe, options and inputs, and, when
 * the folder is complete, size and time of each file of weights. It tells whether work that lies
 * there is what would be done again.
 */
public final class OutputRecord {
  /** Name of the file. */
  public static final String NAME = ".ingot-merge.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  private OutputRecord() {}

  /** Notes what is going to be written. */
  public static void begin(Path folder, String digest) {
    write(folder, JSON.createObjectNode().put("digest", digest).put("boot", boot()));
  }

  /** Notes that everything is there, and makes sure that it outlives a loss of power. */
  public static void complete(Path folder, String digest) {
    ObjectNode record = JSON.createObjectNode().put("digest", digest);
    ObjectNode files = record.putObject("files");
    try {
      for (Path file : weights(folder)) {
        sync(file);
        files.put(file.getFileName().toString(), state(file));
      }
    } catch (IOException e) {
      throw failed(folder, e);
    }
    write(folder, record);
  }

  /** Deletes the record. */
  public static void remove(Path folder) {
    try {
      Files.deleteIfExists(folder.resolve(NAME));
    } catch (IOException e) {
      throw failed(folder, e);
    }
  }

  /**
   * The digest of what was begun here; empty without a record, and when the system was started
   * again since: files are not synced while they are written.
   */
  public static Optional<String> begun(Path folder) {
    return read(folder)
        .filter(record -> record.path("boot").asText().equals(boot()))
        .map(record -> record.path("digest").asText());
  }

  /** What tells one start of the system from another; nothing where it does not say. */
  private static String boot() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException e) {
      return "";
    }
  }

  private static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** The digest of a folder that is complete and unchanged since. */
  public static Optional<String> completed(Path folder) {
    return read(folder)
        .filter(record -> unchanged(folder, record.path("files")))
        .map(record -> record.path("digest").asText());
  }

  private static boolean unchanged(Path folder, JsonNode files) {
    if (files.isEmpty() || !Files.isRegularFile(folder.resolve("config.json"))) {
      return false;
    }
    try {
      List<Path> present = weights(folder);
      for (Path file : present) {
        if (!state(file).equals(files.path(file.getFileName().toString()).asText())) {
          return false;
        }
      }
      return present.size() == files.size();
    } catch (IOException e) {
      return false;
    }
  }

  private static List<Path> weights(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList();
    }
  }

  /** Size and time of change of a file. */
  static String state(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return attributes.size() + " " + attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
  }

  private static Optional<JsonNode> read(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      return Files.isRegularFile(file) ? Optional.of(BoundedJson.read(file)) : Optional.empty();
    } catch (IngotException e) {
      // A broken record is as good as none: the work is done again.
      return Optional.empty();
    }
  }

  private static void write(Path folder, ObjectNode record) {
    try {
      JSON.writeValue(folder.resolve(NAME).toFile(), record);
    } catch (IOException e) {
      throw failed(folder, e);
    }
  }

  private static IngotException failed(Path folder, IOException e) {
    return IngotException.failed("cannot write to " + folder + ": " + e.getMessage());
  }
}
