// A bare child: it says that it is there, and stamps what it is told.
process.send({ type: 'online' });
process.on('message', ({ type }) => {
  if (type === 'stamp') process.send({ type: 'stamped', at: String(process.hrtime.bigint()) });
});
