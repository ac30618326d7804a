-- What an instance for tests needs to differ from a fresh schema; safe to run again.
create user if not exists 'zmuser'@'localhost' identified by 'zmpass';
grant all on zm.* to 'zmuser'@'localhost';
update Config set Value = '1' where Name = 'ZM_OPT_USE_AUTH';
update Config set Value = '@SECRET@' where Name = 'ZM_AUTH_HASH_SECRET';
update Config set Value = 'UTC' where Name = 'ZM_TIMEZONE';
update Config set Value = '0' where Name in ('ZM_CHECK_FOR_UPDATES', 'ZM_TELEMETRY_DATA', 'ZM_SHOW_PRIVACY', 'ZM_OPT_FAST_DELETE');
update Config set Value = '5' where Name = 'ZM_FILTER_EXECUTE_INTERVAL';
update Config set Value = '10' where Name = 'ZM_FILTER_RELOAD_DELAY';
-- Events go where this row says; ZM_DIR_EVENTS of conf.d is not asked.
insert into Storage (Id, Name, Path, Scheme, ServerId, DoDelete) values (1, 'Default', '@STORAGE@', 'Medium', 0, 1)
  on duplicate key update Path = values(Path), DoDelete = 1;
-- It would delete events of the tests on a disk that is nearly full.
delete from Filters where Name = 'PurgeWhenFull';
-- The package creates admin without API access: every call would be refused.
update Users set APIEnabled = 1, Password = '@HASH@' where Username = 'admin';
