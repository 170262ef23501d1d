/*
 * An Arduino Uno in simavr, whose serial port is a pseudo-terminal. Says where that is ("pty <path>"), and what the
 * pin of the relay does ("relay 1"). Channel 0 of the converter has 3 V while the relay is closed, else 0.1 V.
 * Usage: simavr-board <image.hex>
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <simavr/avr_adc.h>
#include <simavr/avr_ioport.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_hex.h>
#include <simavr/parts/uart_pty.h>

static avr_t *avr;
static uart_pty_t uart;
static int relay = -1;

static void set_level(int millivolts) {
  avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_ADC0), millivolts);
}

static void relay_changed(struct avr_irq_t *irq, uint32_t value, void *param) {
  (void)irq;
  (void)param;
  if ((int)value == relay) return;
  relay = (int)value;
  printf("relay %d\n", relay);
  set_level(relay ? 3000 : 100);
}

static void end(int signal) {
  (void)signal;
  uart_pty_stop(&uart);
  _Exit(0);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  avr = avr_make_mcu_by_name("atmega328p");
  if (!avr) return 1;
  avr_init(avr);
  avr->frequency = 16000000;
  avr->vcc = avr->avcc = 5000;
  uint32_t size = 0, base = 0;
  uint8_t *image = read_ihex_file(argv[1], &size, &base);
  if (!image || base + size > avr->flashend + 1) return 1;
  for (uint32_t at = 0; at < size; at++) avr->flash[base + at] = image[at];
  avr->pc = base;
  avr->codeend = avr->flashend;
  uart_pty_init(avr, &uart);
  uart_pty_connect(&uart, '0');
  /* Pin 7 of the board is bit 7 of port D. */
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), 7), relay_changed, NULL);
  set_level(100);
  signal(SIGTERM, end);
  signal(SIGINT, end);
  printf("pty %s\n", uart.pty.slavename);
  for (;;) {
    int state = avr_run(avr);
    if (state == cpu_Done || state == cpu_Crashed) break;
  }
  return 1;
}
