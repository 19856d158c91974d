package dev.catchment.outbound;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.delivery.Outgoing;
import dev.catchment.delivery.SendResult;
import dev.catchment.delivery.SendResult.Answered;
import dev.catchment.delivery.SendResult.Unanswered;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of connections that the receiver closes between or during calls. */
@Timeout(30)
final class HttpSenderReuseTest {
  private final Receiver receiver = Receiver.start();
  private final HttpSender sender =
      new HttpSender(
          new AddressGuard(true, List.of(), Resolver.system()),
          HttpSenderSettings.standard(),
          System::nanoTime);

  @AfterEach
  void close() {
    sender.close();
    receiver.close();
  }

  @Test
  void aReceiverThatClosesAfterEveryAnswerCostsNoAttempt() {
    receiver.answer(new Reply.ThenClose(Reply.status(200)));
    for (int i = 0; i < 20; i++) {
      assertThat(send()).isInstanceOf(Answered.class);
    }
    assertThat(receiver.requests()).hasSize(20);
    assertThat(receiver.connectionCount()).isEqualTo(20);
  }

  @Test
  void anAnswerThatBreaksOffOnAReusedConnectionIsNotAskedForAgain() {
    receiver.answer(Reply.status(200));
    assertThat(send()).isInstanceOf(Answered.class);
    receiver.answer(new Reply.Cut(Reply.text(200, "x".repeat(5_000)), 500));
    assertThat(send()).isInstanceOf(Unanswered.class);
    assertThat(receiver.requests()).hasSize(2);
    assertThat(receiver.connectionCount()).isEqualTo(1);
  }

  @Test
  void aFreshConnectionThatIsClosedWithoutAnAnswerFailsTheCall() {
    receiver.answer(Reply.reset());
    assertThat(send()).isInstanceOf(Unanswered.class);
    assertThat(receiver.requests()).hasSize(1);
  }

  private SendResult send() {
    return sender.send(
        new Outgoing("POST", receiver.url("/"), List.of(), "{}".getBytes(UTF_8), 5_000, 1_000));
  }
}
