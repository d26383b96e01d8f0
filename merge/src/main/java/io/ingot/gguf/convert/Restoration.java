package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.gguf.FloatRows;
import io.ingot.gguf.GgufFile;
import io.ingot.gguf.GgufModelFiles;
import io.ingot.gguf.GgufTensor;
import io.ingot.gguf.GgufTokenizer;
import io.ingot.tensor.DType;
import io.ingot.tensor.FileStamp;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** What a conversion did, undone: configuration and tensors of the Hub from those of a file. */
public final class Restoration {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int CHUNK_VALUES = 1 << 20;

  private final ObjectNode config;
  private final TensorSource weights;

  private Restoration(ObjectNode config, TensorSource weights) {
    this.config = config;
    this.weights = weights;
  }

  /**
   * Prepares a file for reading.
   *
   * @throws IngotException when its family is unknown or a tensor has no place in it
   */
  public static Restoration of(GgufModelFiles files, GgufTokenizer tokenizer) {
    FileMetadata metadata = FileMetadata.of(files.metadata());
    Family family = Families.ofArchitecture(metadata.architecture());
    Map<String, SourceTensor> stored = new LinkedHashMap<>();
    for (GgufFile file : files.files()) {
      for (GgufTensor tensor : file.tensors()) {
        stored.put(
            tensor.name(),
            new SourceTensor(tensor.name(), tensor.dims().reversed(), false, file.rows(tensor)));
      }
    }
    SourceTensor embedding = stored.get("token_embd.weight");
    if (embedding == null || embedding.shape().size() != 2) {
      throw IngotException.invalid("the file has no matrix token_embd.weight");
    }
    if (embedding.dim(0) < tokenizer.tokens().size()) {
      throw IngotException.invalid(
          "token_embd.weight has "
              + embedding.dim(0)
              + " rows for "
              + tokenizer.tokens().size()
              + " tokens");
    }
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    family.restoreConfig(metadata, stored, config);
    config.put("vocab_size", embedding.dim(0));
    config.put("tie_word_embeddings", !stored.containsKey("output.weight"));
    for (String kind : new String[] {"bos", "eos", "pad"}) {
      tokenizer.id(kind).ifPresent(id -> config.put(kind + "_token_id", id));
    }
    narrow(config);
    Tensors tensors = new Tensors(files.files().stream().map(GgufFile::stamp).toList());
    ModelConfig hyper = new ModelConfig(config);
    for (SourceTensor tensor : stored.values()) {
      family.restore(tensor, hyper).forEach(tensors::add);
    }
    return new Restoration(config, tensors);
  }

  /** Numbers as a reader of JSON would see them: int where they fit. */
  private static void narrow(ObjectNode node) {
    for (Map.Entry<String, JsonNode> entry : List.copyOf(node.properties())) {
      if (entry.getValue() instanceof ObjectNode object) {
        narrow(object);
      } else if (entry.getValue().isLong() && entry.getValue().canConvertToInt()) {
        node.put(entry.getKey(), entry.getValue().intValue());
      }
    }
  }

  /** The equivalent of config.json. */
  public ObjectNode config() {
    return config;
  }

  public TensorSource weights() {
    return weights;
  }

  /** Tensors that are dequantized when asked for. */
  private static final class Tensors implements TensorSource {
    private final SequencedMap<String, TensorInfo> infos = new LinkedHashMap<>();
    private final Map<String, FloatRows> rows = new LinkedHashMap<>();
    private final List<FileStamp> files;

    Tensors(List<FileStamp> files) {
      this.files = files;
    }

    @Override
    public List<FileStamp> files() {
      return files;
    }

    @Override
    public long heldBytes(String name) {
      return info(name).byteSize();
    }

    void add(SourceTensor tensor) {
      infos.put(tensor.name(), new TensorInfo(tensor.name(), DType.F32, tensor.shape()));
      rows.put(tensor.name(), tensor.rows());
    }

    @Override
    public SequencedMap<String, TensorInfo> tensors() {
      return Collections.unmodifiableSequencedMap(infos);
    }

    @Override
    public MemorySegment data(String name) {
      FloatRows source = rows.get(name);
      if (source == null) {
        throw IngotException.invalid("there is no tensor '" + name + "'");
      }
      int columns = source.columns();
      MemorySegment data = Arena.ofAuto().allocate(4L * columns * source.rows(), 64);
      int atOnce = Math.max(1, CHUNK_VALUES / Math.max(1, columns));
      float[] values = new float[Math.multiplyExact(atOnce, columns)];
      for (long first = 0; first < source.rows(); first += atOnce) {
        int count = (int) Math.min(atOnce, source.rows() - first);
        source.read(first, count, values);
        MemorySegment.copy(values, 0, data, FLOAT, 4L * first * columns, count * columns);
      }
      return data.asReadOnly();
    }

    @Override
    public void close() {
      // The file is closed by the model.
    }
  }
}
