package io.ingot.train.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Settings that libtorch's OpenMP reads from the process environment when it is loaded. Java cannot
 * change that environment by itself.
 */
final class OpenMp {
  private static final String POLICY = "OMP_WAIT_POLICY";

  private OpenMp() {}

  /**
   * Lets idle threads sleep. By default they spin at every barrier, which makes training many times
   * slower as soon as anything else wants the same cores. A policy that the user set is kept.
   */
  static void waitPassively() {
    if (System.getenv(POLICY) != null) {
      return;
    }
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
    if (setenv.isEmpty()) {
      return;
    }
    MethodHandle call =
        linker.downcallHandle(
            setenv.get(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      int unused =
          (int) call.invokeExact(arena.allocateFrom(POLICY), arena.allocateFrom("PASSIVE"), 0);
    } catch (Throwable e) {
      throw new IllegalStateException("setenv failed", e);
    }
  }
}
