package io.ingot.merge.method;

import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A tensor of a source, read as it is. */
public final class StoredTensor implements TensorData {
  private final TensorSource source;
  private final TensorInfo info;
  private volatile @Nullable MemorySegment data;

  public StoredTensor(TensorSource source, String name) {
    this.source = source;
    this.info = source.info(name);
  }

  @Override
  public DType dtype() {
    return info.dtype();
  }

  @Override
  public List<Long> shape() {
    return info.shape();
  }

  /** Does nothing when it is open: to fold an adapter twice costs time and memory. */
  @Override
  public void open() {
    if (data == null) {
      data = source.data(info.name());
    }
  }

  @Override
  public void read(long position, float[] out, int offset, int count) {
    Elements.read(info.dtype(), opened(), position, out, offset, count);
  }

  @Override
  public Optional<MemorySegment> bytes() {
    return Optional.of(opened());
  }

  @Override
  public long heldBytes() {
    return source.heldBytes(info.name());
  }

  @Override
  public void close() {
    data = null;
  }

  private MemorySegment opened() {
    MemorySegment segment = data;
    if (segment == null) {
      throw new IllegalStateException(info.name() + " is not open");
    }
    return segment;
  }
}
