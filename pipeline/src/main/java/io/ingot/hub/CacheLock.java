package io.ingot.hub;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The lock that keeps two processes from downloading the same blob, huggingface_hub's among them:
 * {@code flock(2)} on a file that stays. It saves work only; what is written is correct without it.
 * Where the system has no flock, or the folder cannot be written, it is never held.
 */
final class CacheLock implements AutoCloseable {
  private static final int READ_WRITE = 2;
  private static final int EXCLUSIVE_NO_WAIT = 2 | 4;
  private static final Duration PAUSE = Duration.ofMillis(100);

  private static final Optional<Native> NATIVE = Native.find();

  private final int descriptor;

  private CacheLock(int descriptor) {
    this.descriptor = descriptor;
  }

  /** libc's three functions. */
  private record Native(MethodHandle open, MethodHandle flock, MethodHandle close) {
    static Optional<Native> find() {
      try {
        Linker linker = Linker.nativeLinker();
        SymbolLookup libc = linker.defaultLookup();
        return Optional.of(
            new Native(
                linker.downcallHandle(
                    libc.findOrThrow("open"),
                    FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                    Linker.Option.firstVariadicArg(2)),
                linker.downcallHandle(
                    libc.findOrThrow("flock"),
                    FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)),
                linker.downcallHandle(
                    libc.findOrThrow("close"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))));
      } catch (RuntimeException | LinkageError e) {
        return Optional.empty();
      }
    }

    int openFile(Path file) {
      try (Arena arena = Arena.ofConfined()) {
        return (int) open.invokeExact(arena.allocateFrom(file.toString()), READ_WRITE);
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }

    boolean tryLock(int descriptor) {
      try {
        return (int) flock.invokeExact(descriptor, EXCLUSIVE_NO_WAIT) == 0;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }

    void closeFile(int descriptor) {
      try {
        int ignored = (int) close.invokeExact(descriptor);
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /**
   * Waits for the lock, at most for {@code patience}.
   *
   * @param waiting called once when somebody else holds it
   */
  static CacheLock acquire(Path file, Duration patience, Runnable waiting)
      throws InterruptedException {
    int descriptor = NATIVE.filter(n -> created(file)).map(n -> n.openFile(file)).orElse(-1);
    if (descriptor < 0) {
      return new CacheLock(-1);
    }
    Native libc = NATIVE.orElseThrow();
    long deadline = System.nanoTime() + patience.toNanos();
    boolean told = false;
    try {
      while (!libc.tryLock(descriptor)) {
        if (System.nanoTime() > deadline) {
          libc.closeFile(descriptor);
          return new CacheLock(-1);
        }
        if (!told) {
          waiting.run();
          told = true;
        }
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      libc.closeFile(descriptor);
      throw e;
    }
    return new CacheLock(descriptor);
  }

  boolean isHeld() {
    return descriptor >= 0;
  }

  @Override
  public void close() {
    if (descriptor >= 0) {
      NATIVE.orElseThrow().closeFile(descriptor);
    }
  }

  private static boolean created(Path file) {
    try {
      Files.createDirectories(file.getParent());
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
    return true;
  }
}
