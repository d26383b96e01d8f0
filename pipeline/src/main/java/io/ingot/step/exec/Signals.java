package io.ingot.step.exec;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * POSIX signals, through the JDK's unsupported but stable {@code sun.misc.Signal}. Reached by
 * reflection: the compiler cannot be told to keep quiet about it. Where a signal cannot be handled
 * nothing happens.
 */
public final class Signals {
  private Signals() {}

  /** Calls {@code action} on a thread of its own whenever the signal comes, instead of ending. */
  public static void on(String name, Runnable action) {
    handle(
        name,
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "handle" -> {
                action.run();
                yield null;
              }
              case "hashCode" -> System.identityHashCode(proxy);
              case "equals" -> proxy == arguments[0];
              default -> "signal " + name;
            });
  }

  static void ignore(String name) {
    on(name, () -> {});
  }

  private static void handle(String name, InvocationHandler invocations) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, invocations);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // Not on this system.
    }
  }
}
