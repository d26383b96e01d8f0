package io.ingot.safetensors;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Writes a model as one {@code model.safetensors} or as numbered shards with an index. The place of
 * every byte is known before the first is written, so tensors may be written in pieces, by several
 * threads. A shard gets its name when its last tensor is complete; the index comes last. Nothing is
 * synced: whoever keeps the folder for good does that.
 */
public final class ShardedWriter implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final List<Shard> shards = new ArrayList<>();
  private final Map<String, Shard> homes = new LinkedHashMap<>();
  private final Map<String, Object> indexMetadata;
  private final WeightNaming naming;
  private @Nullable ExecutorService hashing;

  private static final class Shard {
    private final FileLayout layout;
    private final AtomicInteger open;
    private final String name;
    private @Nullable FileChannel channel;
    private boolean done;
    private volatile @Nullable ShardDigest digest;

    Shard(FileLayout layout, String name) {
      this.layout = layout;
      this.open = new AtomicInteger(layout.tensors().size());
      this.name = name;
    }
  }

  /**
   * Lays out the files. Nothing is written yet.
   *
   * @param tensors in the order that decides which shard they go to
   * @param shardBytes a shard is full when the next tensor would exceed this; 0 or less: no limit
   * @param indexMetadata more entries for the metadata of the index
   */
  public ShardedWriter(
      Path folder, List<TensorInfo> tensors, long shardBytes, Map<String, Object> indexMetadata) {
    this(folder, tensors, shardBytes, indexMetadata, WeightNaming.MODEL);
  }

  /**
   * Lays out the files. Nothing is written yet.
   *
   * @param naming of the files
   */
  public ShardedWriter(
      Path folder,
      List<TensorInfo> tensors,
      long shardBytes,
      Map<String, Object> indexMetadata,
      WeightNaming naming) {
    this.folder = folder;
    this.naming = naming;
    this.indexMetadata = indexMetadata;
    List<List<TensorInfo>> groups = group(tensors, shardBytes);
    for (int i = 0; i < groups.size(); i++) {
      Shard shard =
          new Shard(
              FileLayout.of(groups.get(i), naming.metadata()), naming.file(i + 1, groups.size()));
      shards.add(shard);
      groups.get(i).forEach(t -> homes.put(t.name(), shard));
    }
  }

  private static List<List<TensorInfo>> group(List<TensorInfo> tensors, long shardBytes) {
    List<List<TensorInfo>> groups = new ArrayList<>();
    List<TensorInfo> current = new ArrayList<>();
    long size = 0;
    for (TensorInfo tensor : tensors) {
      if (shardBytes > 0 && !current.isEmpty() && size + tensor.byteSize() > shardBytes) {
        groups.add(current);
        current = new ArrayList<>();
        size = 0;
      }
      current.add(tensor);
      size += tensor.byteSize();
    }
    if (!current.isEmpty() || groups.isEmpty()) {
      groups.add(current);
    }
    return groups;
  }

  /** Where the files are written. */
  public Path folder() {
    return folder;
  }

  /** Names and sizes of the files, in order. */
  public Map<String, Long> files() {
    Map<String, Long> files = new LinkedHashMap<>();
    shards.forEach(s -> files.put(s.name, s.layout.size()));
    return files;
  }

  /** Lets files be hashed while they are written; see {@link #hashes}. Before anything else. */
  public void hash() {
    int threads = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);
    hashing =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("hash-", 0).factory());
  }

  /** SHA-256 of the files in hexadecimal, by name. All must be complete, and are to be hashed. */
  public Map<String, String> hashes() {
    Map<String, String> hashes = new LinkedHashMap<>();
    for (Shard shard : shards) {
      ShardDigest digest = shard.digest;
      if (digest == null) {
        throw new IllegalStateException(shard.name + " is not hashed");
      }
      hashes.put(shard.name, digest.get());
    }
    return hashes;
  }

  /** Bytes of the files that are not complete. */
  public long missingBytes() {
    return shards.stream().filter(s -> !s.done).mapToLong(s -> s.layout.size()).sum();
  }

  /** Takes over shards that an interrupted run has completed; gives the tensors in them. */
  public Set<String> resume() {
    Set<String> complete = new java.util.HashSet<>();
    for (Shard shard : shards) {
      Path file = folder.resolve(shard.name);
      if (Files.isRegularFile(file) && sameHeader(file, shard.layout)) {
        shard.done = true;
        shard.open.set(0);
        shard.layout.tensors().forEach(t -> complete.add(t.name()));
        hashWhole(shard, file);
      }
    }
    return complete;
  }

  private void hashWhole(Shard shard, Path file) {
    try {
      follow(shard, file, shard.layout.size());
    } catch (IOException e) {
      throw failed(shard, e);
    }
  }

  /** Lets a file be hashed, of which some bytes are written. */
  private void follow(Shard shard, Path file, long written) throws IOException {
    if (hashing != null) {
      ShardDigest digest = new ShardDigest(file, shard.layout.size(), hashing);
      digest.written(0, written);
      shard.digest = digest;
    }
  }

  private static boolean sameHeader(Path file, FileLayout layout) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer header = ByteBuffer.allocate(layout.header().length);
      while (header.hasRemaining() && channel.read(header) >= 0) {}
      return channel.size() == layout.size()
          && java.util.Arrays.equals(header.array(), layout.header());
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Writes a part of a tensor, once.
   *
   * @param offset in bytes from its beginning
   */
  public void write(String tensor, long offset, MemorySegment bytes) {
    Shard shard = home(tensor);
    long position = shard.layout.position(tensor) + offset;
    try {
      SafetensorsWriter.write(channel(shard), bytes, position);
    } catch (IOException e) {
      throw failed(shard, e);
    }
    ShardDigest digest = shard.digest;
    if (digest != null) {
      digest.written(position, bytes.byteSize());
      digest.await();
    }
  }

  /** Says that a tensor is complete; completes its shard with the last one. */
  public void complete(String tensor) {
    Shard shard = home(tensor);
    if (shard.open.decrementAndGet() == 0) {
      finish(shard);
    }
  }

  private void finish(Shard shard) {
    try {
      channel(shard).close();
      SafetensorsWriter.move(partial(shard), folder.resolve(shard.name));
      shard.done = true;
    } catch (IOException e) {
      throw failed(shard, e);
    }
  }

  /** Writes the index, when there are several files. All tensors must be complete. */
  public void finish() {
    for (Shard shard : shards) {
      if (shard.layout.tensors().isEmpty()) {
        finish(shard);
      }
      if (!shard.done) {
        throw new IllegalStateException(shard.name + " is not complete");
      }
    }
    if (shards.size() == 1) {
      return;
    }
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put(
        "total_size",
        shards.stream()
            .flatMap(s -> s.layout.tensors().stream())
            .mapToLong(TensorInfo::byteSize)
            .sum());
    metadata.putAll(indexMetadata);
    Map<String, String> names = new LinkedHashMap<>();
    homes.forEach((tensor, shard) -> names.put(tensor, shard.name));
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("metadata", metadata);
    index.put("weight_map", names);
    try {
      JSON.writerWithDefaultPrettyPrinter()
          .writeValue(folder.resolve(naming.index()).toFile(), index);
    } catch (IOException e) {
      throw IngotException.failed("cannot write the index in " + folder + ": " + e.getMessage());
    }
  }

  private Shard home(String tensor) {
    Shard shard = homes.get(tensor);
    if (shard == null) {
      throw new IllegalArgumentException("no tensor " + tensor + " was laid out");
    }
    return shard;
  }

  private FileChannel channel(Shard shard) throws IOException {
    synchronized (shard) {
      FileChannel channel = shard.channel;
      if (channel == null) {
        channel =
            FileChannel.open(
                partial(shard),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        shard.channel = channel;
        byte[] header = shard.layout.header();
        SafetensorsWriter.write(channel, ByteBuffer.wrap(header), 0);
        if (header.length < shard.layout.size()) {
          SafetensorsWriter.write(channel, ByteBuffer.allocate(1), shard.layout.size() - 1);
        }
        follow(shard, partial(shard), header.length);
      }
      return channel;
    }
  }

  private Path partial(Shard shard) {
    return folder.resolve("." + shard.name + ".partial");
  }

  private IngotException failed(Shard shard, IOException e) {
    boolean full =
        String.valueOf(e.getMessage())
            .matches("(?i).*(no space left|disk quota exceeded|not enough space).*");
    return IngotException.failed(
        full
            ? "cannot write %s: no space is left in %s. %d bytes are still to be written, %s are free. Free space or choose another folder, then run it again"
                .formatted(shard.name, folder, missingBytes(), free())
            : "cannot write %s: %s. Choose another place, then run it again"
                .formatted(folder.resolve(shard.name), e.getMessage()));
  }

  private String free() {
    try {
      return Long.toString(Files.getFileStore(folder).getUsableSpace());
    } catch (IOException e) {
      return "an unknown number";
    }
  }

  /** Closes files; what is not complete is deleted. */
  @Override
  public void close() {
    for (Shard shard : shards) {
      if (shard.digest != null) {
        shard.digest.close();
      }
      if (!shard.done) {
        try {
          if (shard.channel != null) {
            shard.channel.close();
          }
          Files.deleteIfExists(partial(shard));
        } catch (IOException e) {
          // The failure that brought us here is the one to report.
        }
      }
    }
    if (hashing != null) {
      hashing.shutdown();
    }
  }
}
