package dev.catchment.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/**
 * A real HTTP/1.1 server on the loopback interface that records every request and answers as it is
 * told: at once with an empty 200 unless {@link #answer} says otherwise. It can also refuse, delay,
 * drip, reset and cut off. Close it at the end; that ends every connection.
 */
public final class Receiver implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final Object lock = new Object();
  private final List<Received> requests = new ArrayList<>();
  private final Set<Socket> open = new HashSet<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final int port;
  private Function<Received, Reply> answer = request -> Reply.status(200);
  private ServerSocket server;
  private Thread accepting;
  private int connections;

  private final ServerSocketFactory sockets;
  private final boolean clientCertificates;

  private Receiver(ServerSocketFactory sockets, boolean clientCertificates) throws IOException {
    this.sockets = sockets;
    this.clientCertificates = clientCertificates;
    server = listen(0);
    port = server.getLocalPort();
    accepting = accept(server);
  }

  /** A receiver that listens on a free port. */
  public static Receiver start() {
    try {
      return new Receiver(ServerSocketFactory.getDefault(), false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One that speaks TLS, and may ask for certificates of those who connect. */
  public static Receiver startTls(SSLContext context, boolean clientCertificates) {
    try {
      return new Receiver(context.getServerSocketFactory(), clientCertificates);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code http://127.0.0.1:<port><path>}. */
  public String url(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  public int port() {
    return port;
  }

  /** Sets the answer to requests that are yet to come; the function runs in their threads. */
  public Receiver answer(Function<Received, Reply> next) {
    synchronized (lock) {
      answer = next;
    }
    return this;
  }

  /** As {@link #answer(Function)}, the same for every request. */
  public Receiver answer(Reply next) {
    return answer(request -> next);
  }

  /** The requests so far, in the order of their arrival. */
  public List<Received> requests() {
    synchronized (lock) {
      return List.copyOf(requests);
    }
  }

  /** How many connections were ever accepted. */
  public int connectionCount() {
    synchronized (lock) {
      return connections;
    }
  }

  /** The requests once there are that many; an AssertionError when there are fewer in the end. */
  public List<Received> awaitCount(int count, Duration patience) throws InterruptedException {
    await(
        patience,
        () -> requests.size() >= count,
        () -> "Waited for " + count + " requests, there were " + requests.size());
    return requests();
  }

  /** Waits until no connection is open; an AssertionError when some are left in the end. */
  public void awaitAllClosed(Duration patience) throws InterruptedException {
    await(patience, open::isEmpty, () -> open.size() + " connections are still open");
  }

  private void await(Duration patience, BooleanSupplier done, Supplier<String> complaint)
      throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    synchronized (lock) {
      while (!done.getAsBoolean()) {
        long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (millis <= 0) {
          throw new AssertionError(complaint.get());
        }
        lock.wait(millis);
      }
    }
  }

  /** Stops listening and resets what is open, so that further connections are refused. */
  public void refuse() throws IOException {
    Thread listening;
    synchronized (lock) {
      server.close();
      resetOpen();
      listening = accepting;
    }
    try {
      // Until its last accept has ended, the system still takes connections for a closed socket.
      listening.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Listens again on the same port. */
  public void resume() throws IOException {
    synchronized (lock) {
      server = listen(port);
      accepting = accept(server);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      refuse();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ServerSocket listen(int port) throws IOException {
    ServerSocket socket = sockets.createServerSocket();
    if (socket instanceof SSLServerSocket tls) {
      tls.setNeedClientAuth(clientCertificates);
    }
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), BACKLOG);
    return socket;
  }

  private Thread accept(ServerSocket listening) {
    return Thread.ofVirtual()
        .name("receiver-accept")
        .start(() -> {
          while (true) {
            try {
              serve(listening.accept());
            } catch (IOException e) {
              // refuse() or close() closed the socket, so there is nothing more to accept.
              return;
            }
          }
        });
  }

  private void serve(Socket socket) throws IOException {
    int number;
    synchronized (lock) {
      if (server.isClosed()) {
        socket.close();
        return;
      }
      number = ++connections;
      open.add(socket);
    }
    Thread.ofVirtual().name("receiver-" + number).start(() -> converse(socket, number));
  }

  private void converse(Socket socket, int connection) {
    try (socket) {
      RequestReader reader = new RequestReader(socket.getInputStream());
      ReplyWriter writer = new ReplyWriter(socket, closed);
      for (RequestReader.Parts parts = reader.next(); parts != null; parts = reader.next()) {
        Function<Received, Reply> now;
        Received request;
        synchronized (lock) {
          now = answer;
          request = parts.received(requests.size() + 1, connection);
          requests.add(request);
          lock.notifyAll();
        }
        if (!writer.write(now.apply(request))) {
          return;
        }
      }
    } catch (IOException e) {
      // The other side went away, or this receiver is closing: either way the talk is over.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      synchronized (lock) {
        open.remove(socket);
        lock.notifyAll();
      }
    }
  }

  private void resetOpen() throws IOException {
    for (Socket socket : open) {
      ReplyWriter.reset(socket);
    }
    open.clear();
  }
}
